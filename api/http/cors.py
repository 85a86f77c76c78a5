"""CORS: which websites may call the API from a browser."""

from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.error_handlers import METHODS
from api.http.headers import raw
from api.http.responder import RawHeader, Reply
from api.rate_limits.rate import RATE_LIMIT_HEADERS
from api.settings import Settings

MAX_AGE: Final = 600
"""Seconds that a browser caches a preflight's answer."""

ALLOWED: Final = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-Request-ID",
    "X-Test-User-ID",
    # sent by supabase-js with every request
    "apikey",
    "x-client-info",
    # sent by tracing libraries
    "traceparent",
    "tracestate",
    "baggage",
    "sentry-trace",
)
EXPOSED: Final = (
    "ETag",
    "Idempotency-Replayed",
    "Location",
    "Retry-After",
    "X-Request-ID",
    *RATE_LIMIT_HEADERS,
)
PREFLIGHT: Final = "session_api.preflight"
"""Set in the scope of a preflight that has been answered."""
VARIES: Final = (b"vary", b"Origin")


class Cors:
    """Decides CORS headers, using Starlette's middleware."""

    def __init__(self, settings: Settings) -> None:
        self._rules = CORSMiddleware(
            _nothing,
            allow_origins=settings.cors_origins,
            allow_origin_regex=settings.cors_origin_regex,
            allow_methods=["HEAD", *METHODS],
            allow_headers=ALLOWED,
            expose_headers=EXPOSED,
            max_age=MAX_AGE,
        )
        self._simple = raw(dict(self._rules.simple_headers))

    def tell(self, reply: Reply, scope: Scope) -> None:
        """Step: lets pages of an allowed origin read the answer, including errors."""
        if PREFLIGHT in scope:  # a preflight has its own headers
            return
        origin = _origin(scope)
        if origin is not None:
            reply.headers += self._simple
            if not self._rules.allow_all_origins and self._rules.is_allowed_origin(origin):
                reply.headers.append((b"access-control-allow-origin", origin.encode("latin-1")))
        if not self._rules.allow_all_origins:
            reply.headers.append(VARIES)

    def preflights(self, app: ASGIApp) -> ASGIApp:
        """Make the layer that answers preflights."""

        async def answer_or_go_on(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and scope["method"] == "OPTIONS":
                headers = Headers(scope=scope)
                if "origin" in headers and "access-control-request-method" in headers:
                    scope[PREFLIGHT] = True
                    answer = self._rules.preflight_response(headers)
                    await answer(scope, receive, send)
                    return
            await app(scope, receive, send)

        return answer_or_go_on


def _origin(scope: Scope) -> str | None:
    headers: list[RawHeader] = scope["headers"]
    for name, value in headers:
        if name == b"origin":
            return value.decode("latin-1")
    return None


async def _nothing(*_: object) -> None:
    raise NotImplementedError
