"""What a request does, as its route declares it: who counts, limits and logs reads it here."""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple, TypeVar

from starlette.types import Scope

Action = Literal["read", "create", "message", "confirm", "write"]
"""Chooses the rate limit."""

Event = Literal[
    "session_created",
    "session_read",
    "session_confirmed",
    "session_completed",
    "session_cancelled",
    "session_missed",
    "session_deleted",
    "session_denied",
]
"""What the log says has happened."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])


class Operation(NamedTuple):
    """What a route does: the same for each of its requests."""

    template: str
    """Its path with the parameters' names."""
    kind: str | None = None
    """The kind of session it serves."""
    action: Action = "read"
    event: Event | None = None
    """What has happened when it answers with success."""


UNKNOWN: Final = "unknown"
NO_OPERATION: Final = Operation(UNKNOWN)
"""Of a request that no route serves."""

HEALTHZ: Final = "/healthz"
READYZ: Final = "/readyz"
METRICS: Final = "/metrics"
PROBES: Final = frozenset({HEALTHZ, READYZ})
"""What no limit refuses: a probe that is refused takes the process out of service."""


def is_probe(scope: Scope) -> bool:
    """Tell whether a request is a probe, also below a prefix (`root_path`)."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")) in PROBES


class Declared(NamedTuple):
    """What an endpoint says of itself."""

    action: Action
    event: Event | None


_declared: dict[Callable[..., object], Declared] = {}


def does(action: Action, event: Event | None = None) -> Callable[[Endpoint], Endpoint]:
    """Declare what an endpoint does, below its route's decorators.

    Args:
        action: What its rate limit counts.
        event: What has happened when it answers with success.

    """

    def declare(endpoint: Endpoint) -> Endpoint:
        _declared[endpoint] = Declared(action, event)
        return endpoint

    return declare


def declared(endpoint: Callable[..., object]) -> Declared:
    """Return what an endpoint has declared.

    Raises:
        TypeError: nothing: its route must not be served.

    """
    found = _declared.get(endpoint)
    if found is None:
        raise TypeError(f"{endpoint.__qualname__} does not say what it does: add @does(…) to it")
    return found
