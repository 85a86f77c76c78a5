"""More requests at a time than a worker can answer in time."""

from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import unavailable
from api.observability import metrics
from api.operations import is_probe


class InProgress:
    """ASGI middleware: answers 503 at once when a worker has more to do than it can in time.

    Each request waits for the database for a bounded time, but thousands at once would wait for
    the processor. It counts requests whose body has come: slow clients take nobody's place.
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
