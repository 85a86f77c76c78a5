"""ETags: an answer that has not changed since is not sent again."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from api.http.responder import Reply

VARIES: Final = (b"vary", b"Authorization")
OF_THE_BODY: Final = frozenset({b"content-length", b"content-type"})


def revalidate(reply: Reply, scope: Scope) -> None:
    """Step: gives an answer that says `no-cache` an ETag, and makes it 304 when nothing changed.

    It acts on what the application has answered, so the caller's right to read is checked before
    anything is compared.
    """
    if reply.status != 200 or scope["method"] != "GET" or not asks_again(reply):
        return
    tag = entity_tag(reply.body)
    reply.headers += ((b"etag", tag.encode()), VARIES)
    if matches(Headers(scope=scope).getlist("if-none-match"), tag):
        reply.headers = [it for it in reply.headers if it[0] not in OF_THE_BODY]
        reply.status, reply.body = 304, b""


def asks_again(reply: Reply) -> bool:
    """Tell whether an answer's route has said that copies of it are to be revalidated."""
    return reply.is_whole and any(
        name == b"cache-control" and b"no-cache" in value for name, value in reply.headers
    )


def entity_tag(body: bytes) -> str:
    """Return a strong ETag: another byte in the body, another tag."""
    return f'"{blake2b(body, digest_size=16).hexdigest()}"'


def matches(conditions: Sequence[str], tag: str) -> bool:
    """Tell whether `If-None-Match` names this tag (RFC 9110: weakly compared, or `*`)."""
    named = [it.strip().removeprefix("W/") for line in conditions for it in line.split(",")]
    return tag in named or named == ["*"]
