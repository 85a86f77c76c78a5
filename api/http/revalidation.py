"""Conditional requests: an answer that has not changed is not sent again."""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from api.http.responder import Reply

VARIES: Final = (b"vary", b"Authorization")
OF_THE_BODY: Final = frozenset({b"content-length", b"content-type"})


def revalidate(reply: Reply, scope: Scope) -> None:
    """Step: turns an answer with an ETag into a 304 if the client already has it.

    It runs on the application's answer, so the caller's access is checked before anything is
    compared.
    """
    if reply.status != 200 or scope["method"] != "GET":
        return
    tag = next((value.decode() for name, value in reply.headers if name == b"etag"), None)
    if tag is None or not reply.is_whole:
        return
    reply.headers.append(VARIES)
    if matches(Headers(scope=scope).getlist("if-none-match"), tag):
        reply.headers = [it for it in reply.headers if it[0] not in OF_THE_BODY]
        reply.status, reply.body = 304, b""


def matches(conditions: Sequence[str], tag: str) -> bool:
    """Return whether `If-None-Match` matches this tag (RFC 9110: weak comparison, or `*`)."""
    named = [it.strip().removeprefix("W/") for line in conditions for it in line.split(",")]
    return tag in named or named == ["*"]
