"""A way to PostgREST that counts, so that tests can say how many requests an answer costs.

It can also let something happen before a request goes on, to make a race come out one way. With
direct connections, `tests.counting_postgres` does both.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from local.migrations import login_url
from local.project import Project
from tests.counting_postgres import CountingPostgres, counting_postgres

PER_CONNECTION = {"connection", "content-length", "host", "keep-alive", "transfer-encoding"}


class CountingProxy:
    """Forwards to `upstream` and keeps each request as `GET /table`, in order.

    `before` runs before each goes on, and is told it.
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = httpx.Client(base_url=upstream)
        self.requests: list[str] = []
        self.before: Callable[[str], object] = lambda request: None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True

    @property
    def settings(self) -> dict[str, str]:
        """What makes an API take this way."""
        return {"POSTGREST_URL": f"http://127.0.0.1:{self.server.server_port}"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self) -> None:
                request = f"{self.command} {self.path.partition('?')[0]}"
                proxy.requests.append(request)
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                proxy.before(request)
                headers = {
                    name: value
                    for name, value in self.headers.items()
                    if name.lower() not in PER_CONNECTION
                }
                answer = proxy.upstream.request(
                    self.command, self.path, content=body, headers=headers
                )
                self.send_response(answer.status_code)
                for name, value in answer.headers.items():
                    if name not in PER_CONNECTION:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = forward  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


Counting = CountingProxy | CountingPostgres


def counting_proxy(project: Project, backend: str) -> AbstractContextManager[Counting]:
    """Run a counting proxy on the backend's way to the project."""
    if backend == "postgres":
        return counting_postgres(login_url(project.database_url))
    return counting_postgrest(project.postgrest_url)


@contextmanager
def counting_postgrest(upstream: str) -> Iterator[CountingProxy]:
    """Run a counting proxy in a thread."""
    proxy = CountingProxy(upstream)
    thread = threading.Thread(target=proxy.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.server.shutdown()
        proxy.server.server_close()
        proxy.upstream.close()
        thread.join()
