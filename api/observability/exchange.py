"""The record of one request and its answer, from which logs, metrics and traces are made.

It holds a closed list: ids, a route's template, numbers and codes. It never holds user content,
tokens or addresses, so nothing that reads it can leak them.
"""

import re
import time
from collections.abc import Callable
from contextvars import ContextVar, Token
from secrets import token_hex
from typing import Final, Literal

from starlette.types import Scope

from api.operations import NO_OPERATION, UNKNOWN, Event, Operation

REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,128}")
ID: Final = re.compile(r"[0-9a-fA-F-]{32,36}")
CLIENT_GONE: Final = 499
# a HEAD was already turned into a GET
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


ReplicaRead = Literal["served", "empty", "behind", "failed", "skipped", "untracked"]
"""What came of asking a read replica: it answered, or why the primary did.

`skipped`: every replica has just failed. `untracked`: what the user must see is unknown.
"""


class Exchange:
    """A request being served."""

    __slots__ = (
        "began",
        "cell",
        "code",
        "events",
        "is_replay",
        "method",
        "operation",
        "replica_read",
        "request_id",
        "retries",
        "scope",
        "seconds",
        "session_id",
        "started",
        "status",
        "upstream",
        "upstream_seconds",
        "user_id",
    )

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        method = scope["method"]
        self.method: str = method if method in METHODS else UNKNOWN
        self.request_id = request_id(scope)
        self.status = 500  # unless an answer sets another status
        self.code: str | None = None
        self.user_id: str | None = None
        self.cell: str | None = None
        self.session_id: str | None = None
        self.events: list[Event] = []
        self.is_replay = False
        self.started = time.time_ns()
        # monotonic, like all times below, so that a span never ends before it begins
        self.began = time.perf_counter_ns()
        self.seconds = 0.0
        self.retries = 0
        # for each request to PostgREST its start, in nanoseconds like `began`, and its duration
        self.upstream: list[tuple[int, int]] = []
        self.upstream_seconds = 0.0
        self.replica_read: ReplicaRead | None = None
        self.operation = NO_OPERATION  # until a route handles the request


Observer = Callable[[Exchange], None]

_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def current() -> Exchange | None:
    """Return the current request's exchange; `None` outside a request."""
    return _current.get()


def enter(exchange: Exchange) -> Token[Exchange | None]:
    """Make this the current exchange, until `leave`."""
    return _current.set(exchange)


def leave(token: Token[Exchange | None]) -> None:
    """Restore the exchange from before `enter`."""
    _current.reset(token)


def served_by(operation: Operation) -> None:
    """Record which operation serves the request."""
    if exchange := _current.get():
        exchange.operation = operation


def operation() -> Operation:
    """Return the operation that serves the request."""
    exchange = _current.get()
    return NO_OPERATION if exchange is None else exchange.operation


def created(session_id: object) -> None:
    """Record the session created by the request, or by an earlier request with its key."""
    if exchange := _current.get():
        exchange.session_id = str(session_id)


def event(name: Event) -> None:
    """Record an event in the current request."""
    if exchange := _current.get():
        exchange.events.append(name)


def retry() -> None:
    """Record that a write was retried because the session had changed meanwhile."""
    if exchange := _current.get():
        exchange.retries += 1


def replica_read(result: ReplicaRead) -> None:
    """Record whether a read replica answered the request."""
    if exchange := _current.get():
        exchange.replica_read = result


def replayed() -> None:
    """Record that an earlier answer was replayed, so nothing has happened."""
    if exchange := _current.get():
        exchange.is_replay = True


def refused(code: str) -> None:
    """Record the code of the returned error."""
    if exchange := _current.get():
        exchange.code = code


def client_gone() -> None:
    """Record that the client disconnected before the answer: 499, as in nginx."""
    if exchange := _current.get():
        exchange.status = CLIENT_GONE


def caller(user_id: str) -> None:
    """Record the request's verified caller."""
    if exchange := _current.get():
        exchange.user_id = user_id


def cell(name: str) -> None:
    """Record the caller's cell, one of `CELLS`."""
    if exchange := _current.get():
        exchange.cell = name


def upstream(began: int) -> None:
    """Record a query to the database that has just ended; `began` is its `perf_counter_ns`."""
    if exchange := _current.get():
        took = time.perf_counter_ns() - began
        exchange.upstream.append((began, took))
        exchange.upstream_seconds += took / 1e9


def conclude(exchange: Exchange) -> None:
    """Set the session and the event, from the operation and the answer."""
    session_id = exchange.scope.get("path_params", {}).get("session_id")
    if session_id is not None and is_id(session_id):
        exchange.session_id = str(session_id)
    event = exchange.operation.event
    if exchange.status in (401, 403):
        exchange.events.append("session_denied")
    elif event and not exchange.is_replay and (exchange.status < 300 or exchange.status == 304):
        exchange.events.insert(0, event)


def is_id(value: object) -> bool:
    """Return whether a path parameter is a valid id, and not arbitrary input."""
    return ID.fullmatch(str(value)) is not None


def request_id(scope: Scope) -> str:
    """Return the client's request id if it is safe to log, or a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            return value.decode() if REQUEST_ID.fullmatch(value) else token_hex(16)
    return token_hex(16)
