"""A client of `/realtime/v1` that says exactly what a test tells it to."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import aiohttp
import psycopg

from api.settings import LOCAL_PUBLISHABLE_KEY
from local.keys import DEMO_USERS, user_token
from local.stack import Stack

_SECONDS = 5
TOPIC = "realtime:test"
MESSAGES = {"event": "INSERT", "schema": "public", "table": "chat_messages"}
CHAT = UUID("f0000000-0000-4000-8000-000000000001")
"""Alice's."""

Sql = psycopg.Connection


class Listener:
    """One connection, in either serialization."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, version: str) -> None:
        self.ws = ws
        self._version = version
        self._refs = (str(number) for number in itertools.count(1))

    async def send(self, event: str, payload: object, topic: str = TOPIC) -> None:
        """Send a message."""
        ref = next(self._refs)
        if self._version == "2.0.0":
            await self.ws.send_str(json.dumps(["1", ref, topic, event, payload]))
        else:
            message = {"topic": topic, "event": event, "payload": payload}
            await self.ws.send_str(json.dumps({**message, "ref": ref, "join_ref": "1"}))

    async def next(self, seconds: float = _SECONDS) -> tuple[str, Any]:
        """Wait for the next message: its event and payload."""
        text = await self.ws.receive_str(timeout=seconds)
        found = json.loads(text)
        if self._version == "2.0.0":
            return found[3], found[4]
        return found["event"], found["payload"]

    async def silence(self, seconds: float = 0.5) -> bool:
        """Say whether nothing comes."""
        try:
            await self.next(seconds)
        except TimeoutError:
            return True
        return False

    async def join(self, token: str | None, *changes: dict[str, Any], **config: object) -> Any:
        """Join a channel; return the answer's payload."""
        payload: dict[str, Any] = {"config": {**config, "postgres_changes": list(changes)}}
        if token is not None:
            payload["access_token"] = token
        await self.send("phx_join", payload)
        event, answer = await self.next(15)
        assert event == "phx_reply"
        if answer["status"] == "ok":
            event, system = await self.next()
            assert (event, system["status"]) == ("system", "ok")
        return answer

    async def change(self) -> Any:
        """Wait for a change."""
        event, payload = await self.next()
        assert event == "postgres_changes", payload
        return payload["data"]


@asynccontextmanager
async def listening(stack: Stack, version: str = "2.0.0") -> AsyncIterator[Listener]:
    """Connect."""
    query = urlencode({"apikey": LOCAL_PUBLISHABLE_KEY, "vsn": version})
    url = f"{stack.url}/realtime/v1/websocket?{query}"
    async with asyncio.timeout(60), aiohttp.ClientSession() as http, http.ws_connect(url) as ws:
        yield Listener(ws, version)


def of(name: str, seconds: int = 60) -> str:
    """Make a token of a demo user."""
    return user_token(DEMO_USERS[name], seconds)


def say(sql: Sql, text: str) -> None:
    """Say something in Alice's chat."""
    sql.execute(
        "insert into public.chat_messages (user_id, session_id, role, content) "
        "values (%s, %s, 'user', %s)",
        [DEMO_USERS["alice"], CHAT, text],
    )
