"""Headers of every answer: browser security and caching."""

from typing import Final

from starlette.types import Scope

from api.http.responder import RawHeader, Reply

PROTECTIVE: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    # pages of other origins can read an answer only through CORS
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A year. Without subdomains: they may not be ours.
HSTS: Final = {"Strict-Transport-Security": "max-age=31536000"}

# An answer is data: opened as a page, it may not load or run anything.
DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"

KEEP_NOTHING: Final = "private, no-store"
"""No cache keeps users' data, not even the browser's."""
ASK_AGAIN: Final = "private, no-cache"
"""The user's browser may keep a copy, and revalidates it each time."""


def raw(headers: dict[str, str]) -> list[RawHeader]:
    """Encode headers for ASGI."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


CACHE_CONTROL: Final = b"cache-control"
DATA: Final = raw({"Content-Security-Policy": DATA_POLICY})
NOT_KEPT: Final = raw({"Cache-Control": KEEP_NOTHING})


class SecurityHeaders:
    """Step: adds the security headers; also the policy and `Cache-Control`, unless the route did.

    Args:
        production: Whether browsers must use https from now on.

    """

    def __init__(self, *, production: bool) -> None:
        self.added = raw(PROTECTIVE | (HSTS if production else {}))

    def __call__(self, reply: Reply, _: Scope) -> None:
        headers = reply.headers
        named = {name for name, _ in headers}
        headers += self.added
        if b"content-security-policy" not in named:
            headers += DATA
        if CACHE_CONTROL not in named:
            headers += NOT_KEPT
