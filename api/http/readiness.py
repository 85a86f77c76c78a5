"""Whether this process can serve: the answer of `/readyz`, and graceful shutdown."""

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from starlette.types import Scope

from api.database.refusals import DatabaseError
from api.errors import ApiError, Code
from api.http.responder import Reply

logger = logging.getLogger(__name__)

ASK_EVERY: Final = 1.0
"""Seconds to cache an answer: probes have no rate limit and must not load the database."""

CLOSE: Final = (b"connection", b"close")


class Readiness:
    """The cached readiness, and whether the process is shutting down."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.is_leaving = False
        self._clock = clock
        self._asking: asyncio.Task[None] | None = None
        self._ask_again = clock()
        self._refusal: tuple[Code, str | None] | None = None

    async def check(self, ask: Callable[[], Awaitable[None]]) -> None:
        """Raise the `ApiError` that says why requests cannot be served, if they cannot.

        Args:
            ask: Checks, and raises an `ApiError` or a `DatabaseError`. Concurrent probes share
                one check.

        """
        if self.is_leaving:
            raise ApiError("NOT_READY", "The process is shutting down.")
        if self._asking is None and self._clock() >= self._ask_again:
            self._asking = asyncio.create_task(self._ask(ask))
        if self._asking is not None:
            # a separate task: a probe that disconnects does not cancel it for the others
            await asyncio.wait({self._asking})
        if self._refusal is not None:
            code, message = self._refusal
            raise ApiError(code, message)

    async def _ask(self, ask: Callable[[], Awaitable[None]]) -> None:
        try:
            await ask()
        except ApiError as error:
            self._refusal = error.code, error.message
        except DatabaseError as error:
            logger.error("the database refuses the API: %s", error)  # noqa: TRY400 - nothing to trace
            self._refusal = "DATABASE_UNAVAILABLE", None
        except Exception:
            logger.exception("the check whether requests can be served failed")
            self._refusal = "NOT_READY", None
        else:
            self._refusal = None
        finally:
            self._ask_again = self._clock() + ASK_EVERY
            self._asking = None

    def tell(self, reply: Reply, _: Scope) -> None:
        """Step: asks load balancers to close their connections while the process shuts down."""
        if self.is_leaving:
            reply.headers.append(CLOSE)


@contextmanager
def leaving_slowly(readiness: Readiness, delay: float) -> Iterator[None]:
    """After SIGTERM, serve for `delay` seconds more before the server stops.

    Meanwhile `/readyz` fails, so that a load balancer stops sending requests before the server
    stops. A second SIGTERM is not delayed.
    """
    if not delay or threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    stop = signal.getsignal(signal.SIGTERM)

    def leave(number: int, frame: FrameType | None) -> None:
        if not callable(stop):
            return
        if readiness.is_leaving:
            stop(number, frame)
            return
        readiness.is_leaving = True
        loop.call_soon_threadsafe(loop.call_later, delay, stop, number, frame)

    if callable(stop):  # the server's handler
        signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        if callable(stop):
            signal.signal(signal.SIGTERM, stop)
