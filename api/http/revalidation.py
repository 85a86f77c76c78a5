"""ETags: an answer that has not changed since is not sent again."""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from api.http.responder import Reply

VARIES: Final = (b"vary", b"Authorization")
OF_THE_BODY: Final = frozenset({b"content-length", b"content-type"})


def revalidate(reply: Reply, scope: Scope) -> None:
    """Step: makes an answer with an ETag 304 when the client has it already.

    It acts on what the application has answered, so the caller's right to read is checked before
    anything is compared.
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
    """Tell whether `If-None-Match` names this tag (RFC 9110: weakly compared, or `*`)."""
    named = [it.strip().removeprefix("W/") for line in conditions for it in line.split(",")]
    return tag in named or named == ["*"]
