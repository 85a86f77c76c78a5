"""Conditional requests: an answer that has not changed is not sent again."""

from collections.abc import Sequence
from typing import Final

from starlette.types import Scope

from api.http.etags import VERSION, entity_tag
from api.http.headers import ASK_AGAIN, CACHE_CONTROL
from api.http.responder import Reply

PRIVATE: Final = [(CACHE_CONTROL, ASK_AGAIN.encode()), (b"vary", b"Authorization")]
OF_THE_BODY: Final = frozenset({b"content-length", b"content-type"})


def revalidate(reply: Reply, scope: Scope) -> None:
    """Step: adds a resource's ETag, and turns the answer into a 304 if the client already has it.

    It runs on the application's answer, so the caller's access is checked before anything is
    compared.
    """
    version = scope.get(VERSION)
    if version is None or reply.status != 200 or not reply.is_whole:
        return
    tag = entity_tag(version, reply.body)
    reply.headers.append((b"etag", tag.encode()))
    if scope["method"] != "GET":
        return
    reply.headers += PRIVATE
    conditions = [value.decode("latin-1") for name, value in scope["headers"] if name == CONDITION]
    if conditions and matches(conditions, tag):
        reply.headers = [it for it in reply.headers if it[0] not in OF_THE_BODY]
        reply.status, reply.body = 304, b""


CONDITION: Final = b"if-none-match"


def matches(conditions: Sequence[str], tag: str) -> bool:
    """Return whether `If-None-Match` matches this tag (RFC 9110: weak comparison, or `*`)."""
    named = [it.strip().removeprefix("W/") for line in conditions for it in line.split(",")]
    return tag in named or named == ["*"]
