"""A client that costs next to nothing: it shares the machine with what it loads."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from api.local.addresses import HOST

GIVE_UP_SECONDS = 10.0


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

    async def request(self, method: str, path: str, body: Any, key: str | None) -> Answer | None:
        """Send a request; `None` when there was no answer to it."""
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
                return await self._exchange(message)
        except (OSError, EOFError, TimeoutError):
            self.close()
            return None

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _exchange(self, message: bytes) -> Answer:
        if self._streams is not None and self._streams[0].at_eof():
            self.close()  # as any client does: the server has said goodbye meanwhile
        if self._streams is None:
            self._streams = await asyncio.open_connection(HOST, self.port)
        reader, writer = self._streams
        writer.write(message)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        answer = Answer(int(head.split(b" ", 2)[1]), await reader.readexactly(length))
        if b"connection: close" in head:
            self.close()
        return answer
