"""Checks request bodies before anything reads them.

A body must not be larger than the limit. If it declares itself JSON, it must be JSON that every
parser on its way to the database reads in the same way: Python's accepts `NaN`, lone surrogates
and unlimited nesting; Postgres accepts no NUL.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from sys import float_info
from typing import Any, Final

from pydantic_core import from_json
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import MAX_FIELD_ERRORS, ApiError, FieldError, invalid
from api.http.error_handlers import render
from api.http.validation import field_name
from api.observability import exchange

# Deeper than any legitimate document; parsers on the way give up at about 200 levels.
MAX_DEPTH: Final = 64
# Each value costs time in every parser on the way: 20,000 empty lists are 60 kB.
MAX_VALUES: Final = 10_000

JSON: Final = "session_api.json"
"""The scope's key for the parsed body, so that it is parsed only once."""

LINGER_SECONDS: Final = 1.0
LINGER_BYTES: Final = 1_048_576


class BodyGuard:
    """ASGI middleware: rejects a body that is too large (413) or is not strict JSON (422).

    The application receives the whole body in one message.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length, is_json, is_announced = announced(scope)
        if not is_announced:
            await self.app(scope, receive, send)
            return
        if length.isdigit() and int(length[:20]) > self.max_bytes:
            await refuse(self.max_bytes, receive, send)
            return

        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                exchange.client_gone()
                return
            body += message.get("body", b"")
            if len(body) > self.max_bytes:
                await refuse(self.max_bytes, receive, send)
                return
            if not message.get("more_body", False):
                break

        if body and is_json:
            scope[JSON] = strict_json(bytes(body))
        await self.app(scope, replay(bytes(body), receive), send)


def announced(scope: Scope) -> tuple[bytes, bool, bool]:
    """Return the declared length, whether the body should be JSON, and whether there is a body."""
    length = kind = b""
    # HTTP/1 declares every body; later versions need not
    is_announced = not scope.get("http_version", "1.1").startswith("1")
    for name, value in scope["headers"]:
        if name == b"content-length":
            length, is_announced = length or value, True
        elif name == b"transfer-encoding":
            is_announced = True
        elif name == b"content-type":
            kind = kind or value
    return length, b"json" in kind.lower(), is_announced


def replay(body: bytes, receive: Receive) -> Receive:
    """Make a `receive` that returns the body first, and then later messages (a disconnect)."""
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


async def refuse(max_bytes: int, receive: Receive, send: Send) -> None:
    """Answer 413 and close the connection, without reading the rest of the body.

    A client that is still sending might see a reset connection instead of the answer, so a bounded
    part of what it sends is read and discarded first.
    """
    error = ApiError(
        "PAYLOAD_TOO_LARGE",
        f"The request body is larger than {max_bytes} bytes.",
        headers={"Connection": "close"},
    )
    answer = render(error)
    await send(
        {"type": "http.response.start", "status": 413, "headers": list(answer.raw_headers)},
    )
    await send({"type": "http.response.body", "body": bytes(answer.body), "more_body": True})
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            thrown_away = 0
            while thrown_away < LINGER_BYTES:
                message = await receive()
                thrown_away += len(message.get("body", b""))
                if not message.get("more_body", False):
                    break
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def strict_json(body: bytes) -> Any:
    """Parse a body strictly.

    Raises:
        ApiError: `VALIDATION_ERROR`, if it is not JSON or the database cannot store it.

    """
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError:
        raise invalid(FieldError(field="body", message="This is not valid JSON.")) from None
    errors = list(islice(refused_inside(value, (), iter(range(MAX_VALUES))), MAX_FIELD_ERRORS))
    if errors:
        raise invalid(*errors)
    return value


def refused_inside(value: Any, path: tuple[str, ...], room: Iterator[int]) -> Iterator[FieldError]:
    """List the values in parsed JSON that the database cannot store, up to a limit."""
    problem = None
    if next(room, None) is None:
        problem = "The body has too many values."
    elif len(path) > MAX_DEPTH:
        problem = "This is nested too deeply."
    elif isinstance(value, str):
        problem = "This contains a NUL character." if "\0" in value else None
    elif isinstance(value, dict):
        for key, child in value.items():
            if "\0" in key:
                yield FieldError(
                    field=field_name(("body", *path)),
                    message="A name in it contains a NUL character.",
                )
            else:
                yield from refused_inside(child, (*path, key), room)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from refused_inside(child, (*path, str(index)), room)
    elif isinstance(value, int | float) and not abs(value) <= float_info.max:
        problem = "This number is too large."
    if problem:
        yield FieldError(field=field_name(("body", *path)), message=problem)
