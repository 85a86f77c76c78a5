"""One client's WebSocket and its channels."""

import asyncio
import itertools
from contextlib import suppress
from typing import Any

import asyncpg
from aiohttp import WSCloseCode, WSMsgType, web

from local.auth.errors import AuthError, forbidden
from local.auth.tokens import PUBLISHABLE_KEY_PREFIX, Tokens
from local.realtime import tables
from local.realtime.channel import Channel
from local.realtime.feed import Feed
from local.realtime.phoenix import Message, decode, encode, reply
from local.realtime.rows import ROLES
from local.realtime.tables import Subscription, UnknownSubscriptionError

MOST_BYTES = 65_536
MOST_WAITING = 500
"""Messages that a client has not read yet."""
MOST_WAITING_BYTES = 4_000_000
MOST_CHANNELS = 100
MOST_SUBSCRIPTIONS = 100
QUIET_SECONDS = 60
"""A client without a message for this long is gone: it sends a heartbeat every 25 seconds."""
_JOIN_SECONDS = 8
_TOPIC = "realtime:"
NOT_SERVED = "Broadcast and presence are not served by the local stack: postgres_changes only"
_numbers = itertools.count(1)


class Socket:
    """A connected client.

    Args:
        version: the serialization that it speaks.
        key: its API key, which is its token until it has a better one.
        tokens: what verifies tokens.
        feed: where changes come from.

    """

    def __init__(self, version: str, key: str, tokens: Tokens, feed: Feed) -> None:
        self.channels: dict[str, Channel] = {}
        self._version = version
        self._key = key
        self._tokens = tokens
        self._feed = feed
        self._ws = web.WebSocketResponse(max_msg_size=MOST_BYTES, compress=False)
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)
        self._waiting_bytes = 0

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Read the client's messages until it disconnects."""
        self._transport = request.transport
        await self._ws.prepare(request)
        writer = asyncio.create_task(self._write())
        try:
            while True:
                received = await self._ws.receive(QUIET_SECONDS)
                if received.type is not WSMsgType.TEXT:
                    break
                message = decode(received.data)
                if message is None:
                    break
                await self._answer(message)
        except TimeoutError:
            pass
        finally:
            for channel in list(self.channels.values()):
                self._drop(channel)
            writer.cancel()
            await self._ws.close()
        return self._ws

    async def close(self) -> None:
        """End the connection."""
        await self._ws.close(code=WSCloseCode.GOING_AWAY)

    def send(self, message: Message) -> None:
        """Queue a message. A client that does not read is disconnected, and can join again."""
        text = encode(message, self._version)  # in ASCII
        if self._waiting.full() or self._waiting_bytes + len(text) > MOST_WAITING_BYTES:
            if self._transport is not None:
                self._transport.abort()
            return
        self._waiting_bytes += len(text)
        self._waiting.put_nowait(text)

    async def _write(self) -> None:
        with suppress(ConnectionError):
            while True:
                text = await self._waiting.get()
                await self._ws.send_str(text)
                self._waiting_bytes -= len(text)

    async def _answer(self, message: Message) -> None:
        channel = self.channels.get(message.topic)
        if message.event == "heartbeat":
            self.send(reply(message, "ok", {}))
        elif message.event == "phx_join":
            await self._join(message)
        elif channel is None:
            self.send(reply(message, "error", {"reason": "unmatched topic"}))
        elif message.event == "phx_leave":
            self._drop(channel)
            self.send(reply(message, "ok", {}))
        elif message.event == "access_token":
            self._renew(channel, message.payload.get("access_token"))
        else:
            self.send(reply(message, "error", {"reason": NOT_SERVED}))

    async def _join(self, message: Message) -> None:
        if (earlier := self.channels.get(message.topic)) is not None:
            self._drop(earlier)
        try:
            claims = self._claims(message.payload.get("access_token"))
            asked = self._asked(message)
            wanted = [tables.subscription(next(_numbers), each) for each in asked]
            await self._listen(wanted)
        except (AuthError, UnknownSubscriptionError) as refusal:
            self.send(reply(message, "error", {"reason": str(refusal)}))
            return
        channel = Channel(message.topic, message.join_ref, wanted, self._expire)
        self.channels[message.topic] = channel
        shown = [{**each, "id": one.id} for each, one in zip(asked, wanted, strict=True)]
        self.send(reply(message, "ok", {"postgres_changes": shown}))
        self._tell(channel, "ok", "Subscribed to PostgreSQL")
        channel.trust(claims)

    def _asked(self, message: Message) -> list[dict[str, Any]]:
        config = message.payload.get("config")
        config = config if isinstance(config, dict) else {}
        presence, asked = config.get("presence"), config.get("postgres_changes")
        if not message.topic.startswith(_TOPIC):
            raise UnknownSubscriptionError(f"A topic begins with {_TOPIC}")
        if not asked or (isinstance(presence, dict) and presence.get("enabled") is True):
            raise UnknownSubscriptionError(NOT_SERVED)
        if not isinstance(asked, list) or len(asked) > MOST_SUBSCRIPTIONS:
            raise UnknownSubscriptionError(
                f"postgres_changes is a list of at most {MOST_SUBSCRIPTIONS} entries"
            )
        if len(self.channels) >= MOST_CHANNELS:
            raise UnknownSubscriptionError(f"More than {MOST_CHANNELS} channels")
        return asked

    async def _listen(self, wanted: list[Subscription]) -> None:
        try:
            async with asyncio.timeout(_JOIN_SECONDS):
                async with self._feed.catalog.acquire() as db:
                    for each in wanted:
                        await tables.check(db, each)
                await self._feed.join()
        except asyncpg.DataError:
            raise UnknownSubscriptionError("A name is not a text that Postgres knows") from None
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            raise UnknownSubscriptionError(
                "Changes cannot be read yet: the database does not answer, or a transaction is "
                "open that began earlier"
            ) from None

    def _renew(self, channel: Channel, token: Any) -> None:
        try:
            channel.trust(self._claims(token))
        except AuthError as refusal:
            self._end(channel, str(refusal))

    def _claims(self, token: Any) -> dict[str, Any]:
        token = token if isinstance(token, str) and token else self._key
        if token.startswith(PUBLISHABLE_KEY_PREFIX):
            return {"role": "anon"}
        claims = self._tokens.verify(token)
        if str(claims.get("role")) not in ROLES:
            raise forbidden("bad_jwt", "The token's role may not subscribe")
        return claims

    def _expire(self, channel: Channel) -> None:
        self._end(channel, "Token has expired")

    def _end(self, channel: Channel, why: str) -> None:
        self._tell(channel, "error", why)
        self.send(Message(channel.join_ref, channel.join_ref, channel.topic, "phx_close", {}))
        self._drop(channel)

    def _drop(self, channel: Channel) -> None:
        channel.close()
        if self.channels.get(channel.topic) is channel:
            del self.channels[channel.topic]
            self._feed.leave()

    def _tell(self, channel: Channel, status: str, words: str) -> None:
        payload = {
            "status": status,
            "message": words,
            "extension": "postgres_changes",
            "channel": channel.topic.removeprefix(_TOPIC),
        }
        self.send(Message(channel.join_ref, None, channel.topic, "system", payload))
