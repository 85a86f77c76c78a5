"""The wire to PostgREST: the HTTP client that postgrest-py is given, made for one address.

postgrest-py builds every request and reads every answer. In between, httpx makes each ready for
redirects, cookies, proxies, authentication flows, hooks and decoders, none of which happens here,
and its pool looks through all connections for each request: together with it, sending a request
cost more CPU time than everything else in this process. What PostgREST needs is this: HTTP/1.1 on
kept connections, one request at a time on each, parsed by what uvicorn parses our callers with.
"""

import asyncio
import json
import ssl
from collections import deque
from typing import Any, Final, NamedTuple, cast

import httpx
from httptools import HttpParserError, HttpResponseParser

LONGEST_IDLE: Final = 15.0
"""Seconds after which an unused connection is not used again: before PostgREST's end closes it."""
FRAMED: Final = frozenset({b"content-length", b"transfer-encoding"})


class Asked(NamedTuple):
    """What an answer knows of its request."""

    headers: httpx.Headers


class Answer:
    """What postgrest-py reads of an `httpx.Response`, and nothing that takes time to make."""

    __slots__ = ("content", "headers", "request", "status_code")

    def __init__(
        self, status: int, headers: list[tuple[bytes, bytes]], content: bytes, asked: httpx.Headers
    ) -> None:
        self.status_code = status
        self.headers = httpx.Headers(headers)
        self.content = content
        self.request = Asked(asked)

    @property
    def is_success(self) -> bool:
        """Whether the status says so."""
        return 200 <= self.status_code <= 299

    @property
    def text(self) -> str:
        """The body as text; PostgREST writes UTF-8."""
        return self.content.decode(errors="replace")

    def json(self) -> Any:
        """Return the body read as JSON."""
        return json.loads(self.content)


class Connection(asyncio.Protocol):
    """One connection, with one request under way at a time.

    What goes wrong is an `httpx.TransportError`; after that, and when its request is given up, the
    connection must be closed.
    """

    def __init__(self) -> None:
        self.idle_since = 0.0
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._parser = HttpResponseParser(self)
        self._forget()

    def is_open(self) -> bool:
        """Whether a request can be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def has_answered(self) -> bool:
        """Whether anything of an answer has come."""
        return self._begun

    async def ask(self, message: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Send a request and return the answer's status, headers and body."""
        self._forget()
        if self._transport is None or self._transport.is_closing():
            raise httpx.RemoteProtocolError("The connection was closed before the request.")
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(message)
        try:
            await self._waiter
        finally:
            self._waiter = None
        return self._status, self._headers, b"".join(self._body)

    def close(self) -> None:
        """Close it, whatever is under way."""
        if self._transport is not None:
            self._transport.abort()

    def _forget(self) -> None:
        self._begun = False
        self._is_framed = False
        self._has_headers = False
        self._is_whole = False
        self._status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []

    def _end(self, error: Exception | None = None) -> None:
        if self._waiter is not None and not self._waiter.done():
            if error is None:
                self._waiter.set_result(None)
            else:
                self._waiter.set_exception(error)

    # called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read what has come."""
        if self._waiter is None or self._waiter.done():
            self.close()  # nobody has asked: whatever it is, it is not the next answer
            return
        self._begun = True
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            self._end(httpx.RemoteProtocolError("What came is not HTTP."))
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """End what is under way. A body without a length ends here, and nowhere else."""
        self._transport = None
        is_whole = exc is None and self._has_headers and not self._is_framed
        self._end(None if is_whole else httpx.RemoteProtocolError("The connection was closed."))

    # called by the parser

    def on_message_begin(self) -> None:
        """Refuse a second answer to one request, which would be taken for the next one's."""
        if self._is_whole:
            raise ValueError("An answer that nobody asked for.")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header."""
        self._headers.append((name, value))
        self._is_framed = self._is_framed or name.lower() in FRAMED

    def on_headers_complete(self) -> None:
        """Keep the status."""
        self._status = self._parser.get_status_code()
        self._has_headers = self._status >= 200

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Hand the answer over, unless it only says that one will come (100 Continue)."""
        if self._status < 200:
            self._forget()
            return
        self._is_whole = True
        if not self._parser.should_keep_alive() and self._transport is not None:
            self._transport.close()
        self._end()


class Wire(httpx.AsyncClient):
    """An `httpx.AsyncClient` with a short way to one address; to any other, httpx's own.

    It has no timeout of its own on the short way: whoever asks gives up, and that closes the
    connection.

    Args:
        url: the address, as postgrest-py is given it.
        connections: how many connections to it at most.
        options: httpx's own, for requests to other addresses.

    """

    def __init__(self, url: str, *, connections: int, **options: Any) -> None:
        super().__init__(**options)
        address = httpx.URL(url)
        self._host, self._port = address.host, address.port or _PORTS[address.scheme]
        self._tls = _tls() if address.scheme == "https" else None
        self._origin = f"{address.scheme}://{address.netloc.decode()}"
        self._host_line = b"Host: " + address.netloc + b"\r\n"
        self._idle: deque[Connection] = deque()
        self._places = asyncio.Semaphore(connections)

    async def __aexit__(self, *error: Any) -> None:
        """Close all connections."""
        while self._idle:
            self._idle.pop().close()
        await super().__aexit__(*error)

    async def request(  # type: ignore[override]
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        params: httpx.QueryParams | None = None,
        headers: httpx.Headers | None = None,
        **options: Any,
    ) -> httpx.Response:
        """Send a request as postgrest-py does.

        Raises:
            httpx.TransportError: the connection was lost, or what came was not HTTP.
            OSError: there is nobody at the address.

        """
        path = url.removeprefix(self._origin)
        if path == url or not path.startswith("/") or headers is None or method == "HEAD":
            return await super().request(
                method, url, content=content, params=params, headers=headers, **options
            )
        target = f"{path}?{params}" if params else path
        message = self._message(method, target, headers, content)
        status, received, body = await self._exchange(message, is_safe=method == "GET")
        # all that postgrest-py reads of it is there
        return cast("httpx.Response", Answer(status, received, body, headers))

    def _message(
        self, method: str, target: str, headers: httpx.Headers, content: bytes | None
    ) -> bytes:
        sent = headers.raw
        lines = [f"{method} {target} HTTP/1.1\r\n".encode("ascii"), self._host_line]
        lines += [b"%b: %b\r\n" % header for header in sent]
        count = len(sent) + 3
        if content is not None:
            lines.append(b"Content-Length: %d\r\n" % len(content))
            count += 1
        lines.append(b"\r\n")
        head = b"".join(lines)
        # a line break in a value would begin another header, or another request
        if head.count(b"\r") != count or head.count(b"\n") != count:
            raise httpx.LocalProtocolError("A header holds a line break.")
        return head + content if content else head

    async def _exchange(
        self, message: bytes, *, is_safe: bool
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        async with self._places:
            while True:
                connection = self._kept()
                is_kept = connection is not None
                connection = connection or await self._connected()
                try:
                    answer = await connection.ask(message)
                except httpx.TransportError:
                    connection.close()
                    # closed at the other end just as it was used again, which only a read may redo
                    if is_kept and is_safe and not connection.has_answered():
                        continue
                    raise
                except BaseException:
                    connection.close()  # given up: the answer may still come
                    raise
                if connection.is_open():
                    connection.idle_since = asyncio.get_running_loop().time()
                    self._idle.append(connection)
                return answer

    def _kept(self) -> Connection | None:
        """Take the connection that was used last, so that what is not needed grows old."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open():
                if now - connection.idle_since < LONGEST_IDLE:
                    return connection
                connection.close()
        return None

    async def _connected(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            Connection, self._host, self._port, ssl=self._tls
        )
        return connection


_PORTS: Final = {"http": 80, "https": 443}


def _tls() -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    context.set_alpn_protocols(["http/1.1"])
    return context
