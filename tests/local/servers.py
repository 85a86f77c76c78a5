"""Servers that stand in for others."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from local.addresses import HOST


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked: it shows what the gateway passes on."""

    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        heard = {
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "bytes": len(body),
        }
        answer = json.dumps(heard).encode()
        self.send_response(206, "Partial Content")
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("Content-Range", "0-1/2")
        # as PostgREST does
        self.send_header("Content-Location", self.path)
        self.send_header("Access-Control-Allow-Origin", "https://its.own")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """Answer as `handler` does, on the port that is given."""
    with ThreadingHTTPServer((HOST, 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
