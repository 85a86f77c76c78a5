"""The outermost layer: per request one record, one responder and one error handler."""

import time
from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.error_handlers import answer_to
from api.http.responder import Reply, Responder, Step
from api.observability import exchange
from api.observability.exchange import Exchange, Observer


class Frame:
    """ASGI middleware: keeps the request's record and turns every exception into an answer.

    Every answer passes through the steps. Inner layers see a HEAD as a GET: the answer has the
    same headers, but no body.

    Args:
        app: The application.
        steps: Applied to each answer, in order. `X-Request-ID` is added last.
        observers: Called with each request's record when it has ended.

    """

    def __init__(
        self, app: ASGIApp, *, steps: Sequence[Step] = (), observers: Sequence[Observer] = ()
    ) -> None:
        self.app = app
        self.steps = (*steps, note)
        self.steps_of_head = (*self.steps, without_body)
        self.observers = observers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        steps = self.steps
        if scope["method"] == "HEAD":
            scope, steps = {**scope, "method": "GET"}, self.steps_of_head
        record = Exchange(scope)
        responder = Responder(scope, send, steps)
        token = exchange.enter(record)
        try:
            await self.app(scope, receive, responder)
        except Exception as error:
            if responder.has_started:
                raise
            await answer_to(error, scope)(scope, receive, responder)
        finally:
            record.seconds = (time.perf_counter_ns() - record.began) / 1e9
            exchange.conclude(record)
            for observe in self.observers:
                observe(record)
            exchange.leave(token)


def note(reply: Reply, _: Scope) -> None:
    """Record the status, and add `X-Request-ID` to the answer."""
    record = exchange.current()
    if record is not None:
        record.status = reply.status
        reply.headers.append((b"x-request-id", record.request_id.encode()))


def without_body(reply: Reply, _: Scope) -> None:
    """Remove the body; `Content-Length` stays that of the GET."""
    reply.body = b""
