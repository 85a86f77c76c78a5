"""One request and its answer, as the operator sees them: what logs, metrics and traces are made of.

What is kept here is a closed list: ids, a route's template, numbers and codes. Nothing that a user
wrote, no token and no address ever gets in, so nothing that reads it can give them away.
"""

import re
import time
from collections.abc import Callable
from contextvars import ContextVar, Token
from secrets import token_hex
from types import TracebackType
from typing import Final, Self

from starlette.types import Scope

from api.operations import NO_OPERATION, UNKNOWN, Event, Operation

REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,128}")
ID: Final = re.compile(r"[0-9a-fA-F-]{32,36}")
CLIENT_GONE: Final = 499
# a HEAD has become a GET before
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Exchange:
    """A request being served."""

    __slots__ = (
        "began",
        "code",
        "events",
        "is_replay",
        "method",
        "operation",
        "request_id",
        "retries",
        "scope",
        "seconds",
        "session_id",
        "started",
        "status",
        "upstream",
        "user_id",
    )

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.method: str = scope["method"] if scope["method"] in METHODS else UNKNOWN
        self.request_id = request_id(scope)
        self.status = 500  # unless an answer says otherwise
        self.code: str | None = None
        self.user_id: str | None = None
        self.session_id: str | None = None
        self.events: list[Event] = []
        self.is_replay = False
        self.started = time.time_ns()
        # by the clock of everything below: nobody sets it, so that what is inside is never outside
        self.began = time.perf_counter_ns()
        self.seconds = 0.0
        self.retries = 0
        # when each request to PostgREST began, in nanoseconds as `began`, and how many it took
        self.upstream: list[tuple[int, int]] = []
        self.operation = NO_OPERATION  # until a route takes the request

    @property
    def upstream_seconds(self) -> float:
        """How long the request waited for PostgREST, all in all."""
        return sum(took for _, took in self.upstream) / 1e9


Observer = Callable[[Exchange], None]

_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def current() -> Exchange | None:
    """Return the exchange that this code runs for, `None` outside a request."""
    return _current.get()


def enter(exchange: Exchange) -> Token[Exchange | None]:
    """Make this the exchange that what follows runs for, until `leave`."""
    return _current.set(exchange)


def leave(token: Token[Exchange | None]) -> None:
    """Go back to what was before `enter`."""
    _current.reset(token)


def served_by(operation: Operation) -> None:
    """Note what serves the request."""
    if exchange := _current.get():
        exchange.operation = operation


def operation() -> Operation:
    """Return what serves the request."""
    exchange = _current.get()
    return NO_OPERATION if exchange is None else exchange.operation


def created(session_id: object) -> None:
    """Note the session that the request has created, or that an earlier one with its key has."""
    if exchange := _current.get():
        exchange.session_id = str(session_id)


def event(name: Event) -> None:
    """Note that this has happened in the request being served."""
    if exchange := _current.get():
        exchange.events.append(name)


def retry() -> None:
    """Note that a write was tried again, because the session has changed meanwhile."""
    if exchange := _current.get():
        exchange.retries += 1


def replayed() -> None:
    """Note that the answer was given before: nothing has happened now."""
    if exchange := _current.get():
        exchange.is_replay = True


def refused(code: str) -> None:
    """Note the code of the error that is answered."""
    if exchange := _current.get():
        exchange.code = code


def client_gone() -> None:
    """Note that the client has left before there was an answer: 499, as proxies call it."""
    if exchange := _current.get():
        exchange.status = CLIENT_GONE


def caller(user_id: object) -> None:
    """Note who the request's verified caller is."""
    if exchange := _current.get():
        exchange.user_id = str(user_id)


class UpstreamRequest:
    """Context manager: measures one request to PostgREST."""

    __slots__ = ("_began",)

    def __enter__(self) -> Self:
        self._began = time.perf_counter_ns()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exchange := _current.get():
            exchange.upstream.append((self._began, time.perf_counter_ns() - self._began))


def conclude(exchange: Exchange) -> None:
    """Name the session and what has happened to it, from the operation and the answer."""
    session_id = exchange.scope.get("path_params", {}).get("session_id")
    if session_id is not None and is_id(session_id):
        exchange.session_id = str(session_id)
    event = exchange.operation.event
    if exchange.status in (401, 403):
        exchange.events.append("session_denied")
    elif event and not exchange.is_replay and (exchange.status < 300 or exchange.status == 304):
        exchange.events.insert(0, event)


def is_id(value: object) -> bool:
    """Tell whether a path parameter is an id, and not what somebody typed in its place."""
    return ID.fullmatch(str(value)) is not None


def request_id(scope: Scope) -> str:
    """Return the id that the client sent, if it can stand in a log line as it is, or a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            return value.decode() if REQUEST_ID.fullmatch(value) else token_hex(16)
    return token_hex(16)
