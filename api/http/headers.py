"""Headers of every answer: what a browser must not do with it, and who may keep it."""

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import blake2b, sha256
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS: Final = {
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

VARIES: Final = (b"vary", b"Authorization")
OF_THE_BODY: Final = frozenset({b"content-length", b"content-type"})

DOCS: Final = ("/docs", "/docs/oauth2-redirect", "/redoc")


class SecurityHeaders:
    """ASGI middleware: adds the security headers, and `Cache-Control` where a route sets none."""

    def __init__(self, app: ASGIApp, *, production: bool) -> None:
        self.app = app
        self.added = raw(ALWAYS | (HSTS if production else {}))
        self.data_policy = raw({"Content-Security-Policy": DATA_POLICY})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["path"] in DOCS:
            await self.app(scope, receive, self.page(send))
        else:
            await self.app(scope, receive, self.data(send))

    def data(self, send: Send) -> Send:
        """Send an answer with the headers of data."""

        async def send_data(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), *self.added, *self.data_policy]
                if not any(name == b"cache-control" for name, _ in headers):
                    headers += NOT_KEPT
                message["headers"] = headers
            await send(message)

        return send_data

    def page(self, send: Send) -> Send:
        """Send a page of the documentation with a policy that lets it work, and nothing else."""
        start: Message = {}

        async def send_page(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start:
                policy = {"Content-Security-Policy": page_policy(message.get("body", b""))}
                headers = [*start["headers"], *self.added, *NOT_KEPT, *raw(policy)]
                await send({**start, "headers": headers})
                start = {}
            await send(message)

        return send_page


class Revalidation:
    """ASGI middleware: an answer that says `no-cache` gets an ETag, and 304 when nothing changed.

    It acts on what the application has answered, so the caller's right to read is checked before
    anything is compared. It stands inside of everything that could change a body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        start: Message | None = None
        parts: list[bytes] = []

        async def send_or_keep(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if message["status"] != 200 or not asks_again(message["headers"]):
                    await send(message)
                else:
                    start = message
                return
            if start is None:
                await send(message)
                return
            parts.append(message.get("body", b""))
            if message.get("more_body", False):
                return
            body = b"".join(parts)
            tag = entity_tag(body)
            headers = [*start["headers"], (b"etag", tag.encode()), VARIES]
            if matches(Headers(scope=scope).getlist("if-none-match"), tag):
                headers = [it for it in headers if it[0] not in OF_THE_BODY]
                start, body = {**start, "status": 304}, b""
            await send({**start, "headers": headers})
            await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, send_or_keep)


def asks_again(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """Tell whether an answer's route has said that copies of it are to be revalidated."""
    return any(name == b"cache-control" and b"no-cache" in value for name, value in headers)


def entity_tag(body: bytes) -> str:
    """Return a strong ETag: another byte in the body, another tag."""
    return f'"{blake2b(body, digest_size=16).hexdigest()}"'


def matches(conditions: Sequence[str], tag: str) -> bool:
    """Tell whether `If-None-Match` names this tag (RFC 9110: weakly compared, or `*`)."""
    named = [it.strip().removeprefix("W/") for line in conditions for it in line.split(",")]
    return tag in named or named == ["*"]


def page_policy(page: bytes) -> str:
    """Return the policy for a page of ours: it may run the scripts that it names or contains.

    Swagger UI and ReDoc set styles from their scripts, so styles are free.
    """
    text = page.decode()
    scripts = re.findall(r'<script src="([^"]+)"', text)
    scripts += [
        f"'sha256-{digest(it)}'" for it in re.findall(r"<script>(.*?)</script>", text, re.S)
    ]
    return "; ".join(
        [
            DATA_POLICY,
            "script-src " + " ".join(scripts),
            "style-src 'unsafe-inline' https:",
            "font-src https: data:",
            "img-src 'self' https: data:",
            "connect-src 'self'",
            "worker-src blob:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def digest(script: str) -> str:
    """Return what a policy names a script by."""
    return b64encode(sha256(script.encode()).digest()).decode()


def raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Encode headers as ASGI has them."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


NOT_KEPT: Final = raw({"Cache-Control": KEEP_NOTHING})
