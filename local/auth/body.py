"""Request bodies: one JSON object of limited size, with only values that can be stored."""

import asyncio
import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from aiohttp import ClientError, web

from local.auth.errors import AuthError, invalid, unprocessable

MOST_BYTES = 65_536
_SECONDS = 10
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+")
_LONGEST_EMAIL = 255
_SHORTEST_PASSWORD = 6
LONGEST_PASSWORD = 72
"""Bytes: bcrypt takes no more."""


async def read_object(request: web.Request) -> dict[str, Any]:
    """Read the body.

    Raises:
        AuthError: it is too large, too slow, no JSON object, or has a text that Postgres refuses.

    """
    try:
        async with asyncio.timeout(_SECONDS):
            found = json.loads(await _read(request))
        json.dumps(found, allow_nan=False)
        for text in _texts(found):
            text.encode()
            if "\0" in text:
                raise invalid("Texts cannot contain a NUL character")
    except (ValueError, RecursionError, TimeoutError, ClientError):
        found = None
    if not isinstance(found, dict):
        raise invalid("Could not parse request body as JSON", "bad_json")
    return found


async def _read(request: web.Request) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > MOST_BYTES:
            raise AuthError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "validation_failed",
                f"The body is larger than {MOST_BYTES} bytes",
            )
    return bytes(body)


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, dict):
            waiting += [*found, *found.values()]
        elif isinstance(found, list):
            waiting += found


def text(body: dict[str, Any], name: str) -> str:
    """Return the member `name`; empty when absent or null.

    Raises:
        AuthError: it is something else than a text.

    """
    found = body.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise invalid(f"{name} must be a string", "bad_json")
    return found


def metadata(body: dict[str, Any]) -> dict[str, Any]:
    """Return the member `data`, an object; empty when absent or null.

    Raises:
        AuthError: it is something else.

    """
    found = body.get("data")
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise invalid("data must be an object", "bad_json")
    return found


def email(body: dict[str, Any]) -> str:
    """Return the member `email`, normalized as in accounts.

    Raises:
        AuthError: it is no address.

    """
    found = text(body, "email").strip().lower()
    if not found:
        raise invalid("An email address is required: the local stack signs in by nothing else")
    if len(found) > _LONGEST_EMAIL or not _EMAIL.fullmatch(found):
        raise invalid("Unable to validate email address: invalid format")
    return found


def new_password(body: dict[str, Any]) -> str:
    """Return the member `password`, acceptable for an account.

    Raises:
        AuthError: it is absent, too short or too long.

    """
    found = text(body, "password")
    if not found:
        raise invalid("Signup requires a valid password")
    if len(found.encode()) > LONGEST_PASSWORD:
        raise invalid(f"Password cannot be longer than {LONGEST_PASSWORD} characters")
    if len(found) < _SHORTEST_PASSWORD:
        raise unprocessable(
            "weak_password",
            f"Password should be at least {_SHORTEST_PASSWORD} characters.",
            {"weak_password": {"reasons": ["length"]}},
        )
    return found
