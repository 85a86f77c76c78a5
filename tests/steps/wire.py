"""A wire between the API and its database that fails at a chosen call."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGER_THAN_ANY_TIMEOUT = 11.0
TURNS = 10
"""Turns of the event loop after which both ends know that a connection was cut."""


@dataclass
class Call:
    """One call of the API's, on a connection of its own."""

    asked: bytes
    reader: asyncio.StreamReader
    client: asyncio.StreamWriter
    there: asyncio.StreamReader
    back: asyncio.StreamWriter
    answer: Callable[[bytes, asyncio.StreamReader], Awaitable[bytes]]
    answered: bytes = b""

    async def execute(self) -> bytes:
        """Pass it on, and return the server's answer."""
        self.back.write(self.asked)
        self.answered = await self.answer(self.asked, self.there)
        return self.answered

    def hang_up(self) -> None:
        """Close the API's connection, after what was written to it."""
        self.client.close()


@dataclass(frozen=True)
class Fault:
    """One way to fail.

    Args:
        name: what the table of outcomes calls it.
        happens: what happens to the call, and whether its connection lasts; `None` for a server
            that cannot be reached from before this call on.
        in_doubt: whether a client of the database cannot know if a call was executed.

    """

    name: str
    happens: Callable[["Wire", Call], Awaitable[bool]] | None
    in_doubt: bool = True


class Wire(ABC):
    """A proxy that counts calls. From `arm` on, call number `at` meets the fault.

    `before` can hold a call back.
    """

    def __init__(self, host: str, port: int) -> None:
        self.upstream = host, port
        self.calls = 0
        self.happened = False
        self.holds = False
        self.before: Callable[[Call], Awaitable[None]] | None = None
        self.delivery = asyncio.Event()
        self.delivered = asyncio.Event()
        self._at = 0
        self._fault: Fault | None = None
        self._port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def port(self) -> int:
        """The port on which it listens, on this machine only."""
        return self._port

    @abstractmethod
    async def call(self, reader: asyncio.StreamReader) -> bytes:
        """Read one call; empty at the end."""

    @abstractmethod
    async def answer(self, asked: bytes, reader: asyncio.StreamReader) -> bytes:
        """Read the answer to a call."""

    async def greet(self, _: Call) -> bool:
        """Begin a connection; return whether calls follow."""
        return True

    async def arm(self, fault: Fault | None, at: int = 0) -> None:
        """Let call number `at`, counted from now, meet a fault; without one, mend everything."""
        self.calls, self._at, self._fault = 0, at, fault
        self.happened = self.holds = False
        self.delivery.clear()
        self.delivered.clear()
        if self._server is None:
            await self.listen()
        if at == 1:
            self._shut_before(1)
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def deliver(self) -> None:
        """Let what was held back go on, and wait until it has."""
        if self.holds:
            self.delivery.set()
            await self.delivered.wait()

    async def listen(self) -> None:
        """Accept connections."""
        self._server = await asyncio.start_server(self.serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Accept no more connections, and cut those that are open."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on one connection's calls and answers."""
        there, back = await asyncio.open_connection(*self.upstream)
        mine = {writer, back}
        self._writers |= mine
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                beginning = Call(await self.first(reader), reader, writer, there, back, self.answer)
                if not await self.greet(beginning):
                    return
                while asked := await self.call(reader):
                    call = Call(asked, reader, writer, there, back, self.answer)
                    if not await self.meet(call):
                        break
        finally:
            self._writers -= mine
            for it in mine:
                it.close()

    async def first(self, _: asyncio.StreamReader) -> bytes:
        """Read what begins a connection, if anything does."""
        return b""

    def is_next(self) -> bool:
        """Count a call, and tell whether it is the one to fail."""
        self.calls += 1
        return self._fault is not None and self.calls == self._at

    async def meet(self, call: Call) -> bool:
        """Pass on a call, or let it fail; return whether the connection lasts."""
        if self.is_next() and self._fault is not None and self._fault.happens is not None:
            self.happened = True
            return await self._fault.happens(self, call)
        number = self.calls
        if self.before is not None:
            await self.before(call)
        answer = await call.execute()
        if not self._shut_before(number + 1):
            call.client.write(answer)
            return True
        call.client.write(answer)
        await call.client.drain()
        return False

    def _shut_before(self, number: int) -> bool:
        """Refuse connections from now on, if the call to fail is this one and nobody is there."""
        if self._fault is None or self._fault.happens is not None or number != self._at:
            return False
        self.happened = True
        if self._server is not None:
            self._server.close()
            self._server = None
        if number == 1:
            self.close()
        return True


def address(url: str) -> tuple[str, int]:
    """The host and the port of an address."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


@asynccontextmanager
async def opened(wire: Wire) -> AsyncIterator[Wire]:
    """Open a wire."""
    await wire.listen()
    try:
        yield wire
    finally:
        wire.close()
        await asyncio.sleep(0)
