"""A way to Postgres that can be watched, held and cut, in the event loop of the test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

BLOCK = 65_536


class PostgresProxy:
    """Forwards bytes, which `before` and `after` see; both may wait or raise `ConnectionError`."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self.before: Callable[[bytes], Awaitable[None]] = self._go_on
        self.after: Callable[[bytes], Awaitable[None]] = self._go_on
        self._server: asyncio.Server
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """The address at which the same database is reached through this."""
        user = self._parts.netloc.rpartition("@")[0]
        port = self._server.sockets[0].getsockname()[1]
        return self._parts._replace(netloc=f"{user}@127.0.0.1:{port}").geturl()

    async def _go_on(self, _: bytes) -> None:
        pass

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection."""
        host, port = self._parts.hostname, self._parts.port
        there, back = await asyncio.open_connection(host, port)
        self._writers |= {writer, back}
        await asyncio.gather(
            self._forward(reader, back, lambda data: self.before(data)),
            self._forward(there, writer, lambda data: self.after(data)),
        )
        self._writers -= {writer, back}

    async def _forward(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        look: Callable[[bytes], Awaitable[None]],
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(BLOCK):
                await look(data)
                writer.write(data)
                await writer.drain()
        writer.close()

    def cut(self) -> None:
        """Cut all connections."""
        for writer in self._writers:
            writer.transport.abort()


@asynccontextmanager
async def postgres_proxy(url: str) -> AsyncIterator[PostgresProxy]:
    """Run a proxy in front of the Postgres at this address."""
    proxy = PostgresProxy(url)
    proxy._server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    try:
        yield proxy
    finally:
        proxy._server.close()
        proxy.cut()
