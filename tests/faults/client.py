"""A client that costs next to nothing: it shares the machine with what it loads."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from local.addresses import HOST

GIVE_UP_SECONDS = 10.0
NO_ANSWER, NOT_SENT = 0, -1


@dataclass
class Answer:
    """What came back."""

    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One user's browser: a connection that is kept, and one request at a time."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.token = token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def request(self, method: str, path: str, body: Any, key: str | None) -> Answer:
        """Send a request; the status says when it could not be sent, or had no answer."""
        content = b"" if body is None else json.dumps(body).encode()
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {HOST}",
            f"Authorization: Bearer {self.token}",
            f"Content-Length: {len(content)}",
        ]
        if body is not None:
            lines.append("Content-Type: application/json")
        if key is not None:
            lines.append(f"Idempotency-Key: {key}")
        message = "\r\n".join([*lines, "\r\n"]).encode() + content
        try:
            async with asyncio.timeout(GIVE_UP_SECONDS):
                reader, writer = await self._connected()
        except (OSError, TimeoutError):
            return Answer(NOT_SENT, b"")
        try:
            async with asyncio.timeout(GIVE_UP_SECONDS):
                writer.write(message)
                return await self._answer(reader)
        except (OSError, EOFError, TimeoutError):
            self.close()
            return Answer(NO_ANSWER, b"")

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is not None and self._streams[0].at_eof():
            self.close()  # as any client does: the server has said goodbye meanwhile
        if self._streams is None:
            self._streams = await asyncio.open_connection(HOST, self.port)
        return self._streams

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        answer = Answer(int(head.split(b" ", 2)[1]), await reader.readexactly(length))
        if b"connection: close" in head:
            self.close()
        return answer
