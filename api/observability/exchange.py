"""One request and its answer, as the operator sees them: what logs, metrics and traces are made of.

What is kept here is a closed list: ids, a route's template, numbers and codes. Nothing that a user
wrote, no token and no address ever gets in, so nothing that reads it can give them away.
"""

import re
import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from secrets import token_hex
from types import TracebackType
from typing import Any, Final, Literal, NamedTuple, Self

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Event = Literal[
    "session_created",
    "session_read",
    "session_confirmed",
    "session_completed",
    "session_deleted",
    "session_denied",
]
Action = Literal["read", "create", "message", "confirm", "write"]

REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,128}")
# every error answer has the one shape, so its code stands at its head
ERROR_CODE: Final = re.compile(rb'"code":\s*"([A-Z_]{1,40})"')
ID: Final = re.compile(r"[0-9a-fA-F-]{32,36}")
UNKNOWN: Final = "unknown"
CLIENT_GONE: Final = 499
# routes of FastAPI's own, which leave no template in the scope
DOCUMENTS: Final = frozenset({"/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json"})
# a HEAD has become a GET before
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RouteFacts(NamedTuple):
    """What a route is, for whoever counts: the same for each of its requests."""

    template: str
    """Its path with the parameters' names, or `unknown`."""
    kind: str | None
    """The kind of session it serves."""
    action: Action
    event: Event | None
    """What has happened when it answers with success."""


NO_ROUTE: Final = RouteFacts(UNKNOWN, None, "read", None)


class Exchange:
    """A request being served."""

    __slots__ = (
        "_route",
        "began",
        "code",
        "events",
        "is_replay",
        "method",
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
        self._route: RouteFacts | None = None

    @property
    def route(self) -> RouteFacts:
        """The route that serves the request; known once routing is done."""
        if self._route is None or self._route is NO_ROUTE:
            self._route = facts(self.scope)
        return self._route

    @property
    def upstream_seconds(self) -> float:
        """How long the request waited for PostgREST, all in all."""
        return sum(took for _, took in self.upstream) / 1e9


Observer = Callable[[Exchange], None]

_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)
_facts: dict[tuple[str, str], RouteFacts] = {}


def current() -> Exchange | None:
    """Return the exchange that this code runs for, `None` outside a request."""
    return _current.get()


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


class Exchanges:
    """ASGI middleware: keeps an `Exchange` for each request and tells the observers when it ends.

    It gives the request its id, and the answer the header `X-Request-ID`. It stands outside of
    everything that can answer.
    """

    def __init__(self, app: ASGIApp, observers: Sequence[Observer]) -> None:
        self.app = app
        self.observers = observers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = Exchange(scope)
        token = _current.set(exchange)
        location: str | None = None

        async def watch(message: Message) -> None:
            nonlocal location
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                headers = message.get("headers", ())
                message["headers"] = [*headers, (b"x-request-id", exchange.request_id.encode())]
                if exchange.status == 201:
                    location = Headers(raw=list(headers)).get("location")
            elif exchange.status >= 400 and exchange.code is None:
                found = ERROR_CODE.search(message.get("body", b"")[:100])
                exchange.code = found[1].decode() if found else None
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            exchange.seconds = (time.perf_counter_ns() - exchange.began) / 1e9
            conclude(exchange, location)
            for observe in self.observers:
                observe(exchange)
            _current.reset(token)


def conclude(exchange: Exchange, location: str | None) -> None:
    """Name the session and what has happened to it, from the route and the answer."""
    route = exchange.route
    session_id = exchange.scope.get("path_params", {}).get("session_id")
    if session_id is not None and is_id(session_id):
        exchange.session_id = str(session_id)
    if exchange.status in (401, 403):
        exchange.events.append("session_denied")
    elif route.event and (exchange.status < 300 or exchange.status == 304):
        if not exchange.is_replay:
            exchange.events.insert(0, route.event)
        if route.event == "session_created" and location:
            exchange.session_id = location.rpartition("/")[2]


def is_id(value: object) -> bool:
    """Tell whether a path parameter is an id, and not what somebody typed in its place."""
    return ID.fullmatch(str(value)) is not None


def request_id(scope: Scope) -> str:
    """Return the id that the client sent, if it can stand in a log line as it is, or a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            return value.decode() if REQUEST_ID.fullmatch(value) else token_hex(16)
    return token_hex(16)


def route(scope: Scope) -> RouteFacts:
    """Say which route serves the request, and remember it."""
    exchange = _current.get()
    return facts(scope) if exchange is None else exchange.route


def facts(scope: Scope) -> RouteFacts:
    """Say which route serves the request."""
    route = scope.get("route")
    if route is None:
        path: str = scope["path"]
        return NO_ROUTE._replace(template=path) if path in DOCUMENTS else NO_ROUTE
    # for a method that the path does not take Starlette names the route too
    key = (scope["method"] if scope["method"] in METHODS else UNKNOWN, route.path_format)
    found = _facts.get(key)
    if found is None:
        found = _facts[key] = facts_of(route, *key)
    return found


def facts_of(route: Any, method: str, template: str) -> RouteFacts:
    """Work out a route's facts from its path and the package that its function lives in.

    The five frontends' published paths end as the canonical ones do, so the ending decides.
    """
    package = getattr(route.endpoint, "__module__", "").split(".")
    kind = package[-2] if package[-1] == "routes" else None
    ending = template.rpartition("/")[2]
    one_session = template.endswith("/{session_id}")
    if method == "GET":
        return RouteFacts(template, kind, "read", "session_read" if one_session else None)
    if method == "POST" and ending == "confirm":
        return RouteFacts(template, kind, "confirm", "session_confirmed")
    if method == "POST" and ending == "messages":
        return RouteFacts(template, kind, "message", None)
    if method == "POST" and ending == "sessions":
        return RouteFacts(template, kind, "create", "session_created")
    if method == "DELETE" and one_session:
        return RouteFacts(template, kind, "write", "session_deleted")
    return RouteFacts(template, kind, "write", None)
