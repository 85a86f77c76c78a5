"""A way to Postgres that counts, as `tests.counting` does on the way to PostgREST.

It reads the client's messages, so that each query of the API is known by the same words:
`GET /table`, `POST /rpc/function`.
"""

import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

SSL_REQUEST = 80877103
WAITING = (b"Q", b"S", b"H")
"""After these messages the client waits: a simple query, `Sync`, `Flush`."""
NOBODY_WAITS = b"commit;"
"""What ends a read's transaction when no request has come to end it."""
BLOCK = 65_536
CALL = re.compile(r'select (?:\* from |to_json\(|"t"\.\*, .* from )public\."(\w+)"\(')
READ = re.compile(r'select .*?from public\."(\w+)" as "t"', re.DOTALL)
WRITES = {
    "POST": re.compile(r'insert into public\."(\w+)"'),
    "PATCH": re.compile(r'update public\."(\w+)"'),
    "DELETE": re.compile(r'delete from public\."(\w+)"'),
}


def in_words(text: str, *, only_reads: bool) -> str | None:
    """Say what a statement does; `None` for those that asyncpg sends for itself."""
    if found := CALL.match(text):
        return f"{'GET' if only_reads else 'POST'} /rpc/{found[1]}"
    if found := READ.match(text):
        return f"GET /{found[1]}"
    for method, pattern in WRITES.items():
        if found := pattern.match(text):
            return f"{method} /{found[1]}"
    assert "public." not in text, f"unknown: {text}"
    return None


class CountingPostgres:
    """Forwards to the Postgres at `url` and keeps each query in words, in order.

    `before` runs before each goes on, and is told it. `round_trips` counts how often a request
    waited for an answer.
    """

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self.requests: list[str] = []
        self.round_trips = 0
        self.before: Callable[[str], object] = lambda request: None
        self.server = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self.server]

    @property
    def settings(self) -> dict[str, str]:
        """What makes an API take this way."""
        account = self._parts.netloc.rpartition("@")[0]
        there = f"{account}@127.0.0.1:{self.server.getsockname()[1]}"
        return {"API_DATABASE_URL": self._parts._replace(netloc=there).geturl()}

    def serve(self) -> None:
        """Take connections until the socket is closed."""
        with suppress(OSError):
            while True:
                client, _ = self.server.accept()
                back = socket.create_connection((self._parts.hostname, self._parts.port))
                for end in (client, back):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._sockets += [client, back]
                watched = Watched(self, client, back)
                threading.Thread(target=watched.forward, daemon=True).start()
                threading.Thread(target=watched.answer, daemon=True).start()

    def close(self) -> None:
        """Close all connections."""
        for it in self._sockets:
            with suppress(OSError):
                it.shutdown(socket.SHUT_RDWR)
            it.close()


class Watched:
    """One connection: its prepared statements, and whether its transaction only reads."""

    def __init__(self, proxy: CountingPostgres, client: socket.socket, back: socket.socket) -> None:
        self.proxy, self.client, self.back = proxy, client, back
        self.statements: dict[bytes, str] = {}
        self.only_reads = False

    def forward(self) -> None:
        """Forward the client's messages, one by one."""
        stream = self.client.makefile("rb")
        with suppress(OSError, struct.error):
            is_started = False
            while True:
                kind = stream.read(1) if is_started else b""
                (size,) = struct.unpack("!i", head := stream.read(4))
                body = stream.read(size - 4)
                if is_started:
                    self.look(kind, body)
                else:
                    is_started = struct.unpack("!i", body[:4]) != (SSL_REQUEST,)
                self.back.sendall(kind + head + body)
        self.end(self.back)

    def look(self, kind: bytes, body: bytes) -> None:
        """Count what is asked for, and let what is to happen before it happen."""
        first, _, rest = body.partition(b"\0")
        self.proxy.round_trips += kind in WAITING and first != NOBODY_WAITS
        if kind == b"Q" and b"begin" in first:
            self.only_reads = b"begin read only" in first
        elif kind == b"P":
            self.statements[first] = rest.partition(b"\0")[0].decode()
        elif kind == b"B":
            statement = self.statements[rest.partition(b"\0")[0]]
            request = in_words(statement, only_reads=self.only_reads)
            if request is not None:
                self.proxy.requests.append(request)
                self.proxy.before(request)

    def answer(self) -> None:
        """Forward the answers as they come."""
        with suppress(OSError):
            while data := self.back.recv(BLOCK):
                self.client.sendall(data)
        self.end(self.client)

    def end(self, other: socket.socket) -> None:
        """Tell the other side that this one has ended."""
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


@contextmanager
def counting_postgres(url: str) -> Iterator[CountingPostgres]:
    """Run a counting proxy in front of the Postgres at this address."""
    proxy = CountingPostgres(url)
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join()
