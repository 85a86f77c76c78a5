"""Headers of every answer: what a browser must not do with it, and who may keep it."""

from typing import Final

from starlette.types import Scope

from api.http.responder import RawHeader, Reply

PROTECTIVE: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    # a page of another origin reads an answer through CORS or not at all
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A year. Not for subdomains: they are not ours to speak for.
HSTS: Final = {"Strict-Transport-Security": "max-age=31536000"}

# An answer is data: opened as a page it may load and run nothing.
DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"

KEEP_NOTHING: Final = "private, no-store"
"""Of users' data no cache keeps a copy, the browser's own included."""
ASK_AGAIN: Final = "private, no-cache"
"""The user's own browser may keep a copy, and asks each time whether it still holds."""


def raw(headers: dict[str, str]) -> list[RawHeader]:
    """Encode headers as ASGI has them."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


DATA: Final = raw({"Content-Security-Policy": DATA_POLICY})
NOT_KEPT: Final = raw({"Cache-Control": KEEP_NOTHING})


class SecurityHeaders:
    """Step: adds the security headers, and the policy and `Cache-Control` where a route sets none.

    Args:
        production: Whether a browser shall insist on https.

    """

    def __init__(self, *, production: bool) -> None:
        self.added = raw(PROTECTIVE | (HSTS if production else {}))

    def __call__(self, reply: Reply, _: Scope) -> None:
        headers = reply.headers
        named = {name for name, _ in headers}
        headers += self.added
        if b"content-security-policy" not in named:
            headers += DATA
        if b"cache-control" not in named:
            headers += NOT_KEPT
