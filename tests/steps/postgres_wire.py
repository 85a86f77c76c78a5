"""The wire to Postgres."""

import asyncio

from tests.steps.faults import EVERYWHERE, instead
from tests.steps.http_wire import page
from tests.steps.wire import Call, Fault, Wire

CANCEL = (80877102).to_bytes(4)
TLS = (80877103).to_bytes(4)
FLUSH = b"H\0\0\0\x04"
ENDS_A_CALL = b"QSH"
READY = b"Z"
KEY = b"K"
DESCRIBED = b"TnE"
"""What ends the answer to a statement that is only prepared: its rows, none, or an error."""
NEEDS_AN_ANSWER = (3, 5, 10, 11)


async def frame(reader: asyncio.StreamReader) -> bytes:
    """Read one message: a type, a length, the rest."""
    head = await reader.readexactly(5)
    return head + await reader.readexactly(int.from_bytes(head[1:]) - 4)


class PostgresWire(Wire):
    """Calls are what the client sends before it waits, and first of all to connect."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port)
        self.processes: set[int] = set()
        """The ids of the server's processes for its connections."""

    async def first(self, reader: asyncio.StreamReader) -> bytes:
        size = await reader.readexactly(4)
        rest = await reader.readexactly(int.from_bytes(size) - 4)
        return size + rest

    async def greet(self, call: Call) -> bool:
        if call.asked[4:8] == CANCEL:
            call.back.write(call.asked)
            await call.there.read()
            return False
        if call.asked[4:8] == TLS:
            call.client.write(b"N")
            call.asked = await self.first(call.reader)
        call.answer = lambda _, there: frame(there)
        if not await self.meet(call):
            return False
        said = call.answered
        while said[:1] != READY:
            if said[:1] == b"R" and int.from_bytes(said[5:9]) in NEEDS_AN_ANSWER:
                call.back.write(await frame(call.reader))
            said = await frame(call.there)
            if said[:1] == KEY:
                self.processes.add(int.from_bytes(said[5:9]))
            call.client.write(said)
        return True

    async def call(self, reader: asyncio.StreamReader) -> bytes:
        frames = b""
        while True:
            try:
                asked = await frame(reader)
            except asyncio.IncompleteReadError:
                return b""
            if asked[:1] == b"X":
                return b""
            frames += asked
            if asked[:1] in ENDS_A_CALL:
                return frames

    async def answer(self, asked: bytes, reader: asyncio.StreamReader) -> bytes:
        ends = DESCRIBED if asked.endswith(FLUSH) else READY
        frames = b""
        while True:
            said = await frame(reader)
            frames += said
            if said[:1] in ends:
                return frames


def error(code: str) -> bytes:
    """A fatal error of Postgres's or a pooler's."""
    fields = b"SFATAL\0VFATAL\0C" + code.encode() + b"\0Mrelation secrets at 10.1.2.3\0\0"
    return b"E" + (len(fields) + 4).to_bytes(4) + fields


FAULTS = [
    *EVERYWHERE,
    Fault("a page with 502", instead(page("502 Bad Gateway"), executes=True)),
    Fault("an unexpected message", instead(b"~\0\0\0\x04", executes=True)),
    Fault("shut down before", instead(error("57P01"), executes=False)),
    Fault("shut down after", instead(error("57P01"), executes=True)),
    Fault("a pooler's error", instead(error("08P01"), executes=True)),
    Fault("too many connections", instead(error("53300"), executes=False)),
    Fault("a replica", instead(error("25006"), executes=False)),
]
