"""Sheds load: answers 503 beyond MAX_REQUESTS_IN_PROGRESS."""

from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import unavailable
from api.observability import metrics
from api.operations import is_probe


class InProgress:
    """ASGI middleware: answers 503 at once when a worker has too many requests in progress.

    Waiting for the database is bounded per request, but thousands of concurrent requests would wait
    for the processor. Only requests whose body has arrived count, so slow clients use no slots.
    """

    def __init__(self, app: ASGIApp, *, most: int) -> None:
        self.app = app
        self.most = most
        self.now = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_probe(scope):
            await self.app(scope, receive, send)
            return
        if self.now >= self.most:
            metrics.OVERLOADS.inc()
            raise unavailable()
        self.now += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.now -= 1
