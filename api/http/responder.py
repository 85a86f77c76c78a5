"""Applies the same steps, in order, to every outgoing answer."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.responses import Response
from starlette.types import Message, Scope, Send

RawHeader = tuple[bytes, bytes]


class Reply:
    """An answer that is about to be sent; a step may change all of it."""

    __slots__ = ("body", "headers", "is_whole", "status")

    def __init__(
        self, status: int, headers: list[RawHeader], body: bytes, *, is_whole: bool = True
    ) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.is_whole = is_whole
        """Whether `body` is the whole body. If not, the rest is streamed."""

    def replace(self, other: Response) -> None:
        """Replace the answer by another."""
        self.status, self.body, self.is_whole = other.status_code, bytes(other.body), True
        self.headers = list(other.raw_headers)


Step = Callable[[Reply, Scope], Awaitable[None] | None]
"""Inspects and changes an answer; an asynchronous step returns an awaitable."""

START: Final = "http.response.start"
BODY: Final = "http.response.body"


class Responder:
    """The `send` of one request: applies the steps to the answer, then sends it."""

    __slots__ = ("_scope", "_send", "_start", "_steps", "has_started")

    def __init__(self, scope: Scope, send: Send, steps: Sequence[Step]) -> None:
        self._scope = scope
        self._send = send
        self._steps = steps
        self._start: Message | None = None
        self.has_started = False
        """Whether anything was sent, after which the answer cannot be replaced."""

    async def __call__(self, message: Message) -> None:
        """Accept a message of the application's answer."""
        start = self._start
        if message["type"] == START:
            self._start = message
            return
        if start is None:
            await self._send(message)
            return
        self._start = None
        more = message.get("more_body", False)
        reply = Reply(
            start["status"],
            list(start.get("headers", ())),
            message.get("body", b""),
            is_whole=not more,
        )
        for step in self._steps:
            waiting = step(reply, self._scope)
            if waiting is not None:
                await waiting
        self.has_started = True
        await self._send({"type": START, "status": reply.status, "headers": reply.headers})
        await self._send({"type": BODY, "body": reply.body, "more_body": more})
