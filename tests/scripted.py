"""A server that answers as a test tells it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from api.database.caller import Upstream
from api.database.rest import Rest
from api.database.wire import Wire
from api.settings import Settings

# What the server writes for each request it reads; `None` closes the connection.
Script = list[bytes | None]

LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"


class Server:
    """A server that writes what it was told, and remembers what it was asked."""

    def __init__(self, *scripts: Script) -> None:
        self.scripts = list(scripts)
        self.asked: list[bytes] = []
        self.connections = 0
        self.most_at_a_time = 0
        self._open = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Listen, at the address that this gives."""
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open += 1
        self.most_at_a_time = max(self.most_at_a_time, self._open)
        try:
            while True:
                self.asked.append(await request(reader))
                script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
                for part in script:
                    if part is None:
                        return
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(0)  # each part in a separate packet, if possible
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self._open -= 1
            writer.close()


async def request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return head + await reader.readexactly(int(line.partition(b":")[2]))
    return head


@asynccontextmanager
async def upstream(server: Server, **settings: Any) -> AsyncIterator[Upstream]:
    """The API's way to PostgREST, with this server in its place."""
    async with server.listening() as url, Wire(1) as wire:
        made = Settings(
            _env_file=None,
            **{
                "environment": "development",
                "postgrest_url": url,
                "supabase_publishable_key": "sb_publishable_key",
                "database_timeout": 0.5,
                **settings,
            },
        )
        yield Upstream(made, Rest(made, wire))
