"""What a request does, as declared by its route: read by rate limits, logs and metrics."""

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
"""The event that the log names."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])


class Operation(NamedTuple):
    """What a route does, which is the same for each of its requests."""

    template: str
    """Its path with parameter names."""
    kind: str | None = None
    """The kind of session it serves."""
    action: Action = "read"
    event: Event | None = None
    """The event that a successful answer means."""


UNKNOWN: Final = "unknown"
NO_OPERATION: Final = Operation(UNKNOWN)
"""The operation of a request that no route serves."""

HEALTHZ: Final = "/healthz"
READYZ: Final = "/readyz"
METRICS: Final = "/metrics"
PROBES: Final = frozenset({HEALTHZ, READYZ})
"""Exempt from limits: refusing a probe would take the process out of service."""


def is_probe(scope: Scope) -> bool:
    """Return whether a request is a probe, also below a prefix (`root_path`)."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")) in PROBES


class Declared(NamedTuple):
    """What an endpoint declares about itself."""

    action: Action
    event: Event | None


_declared: dict[Callable[..., object], Declared] = {}


def does(action: Action, event: Event | None = None) -> Callable[[Endpoint], Endpoint]:
    """Declare what an endpoint does, below its route's decorators.

    Args:
        action: Chooses the rate limit.
        event: The event that a successful answer means.

    """

    def declare(endpoint: Endpoint) -> Endpoint:
        _declared[endpoint] = Declared(action, event)
        return endpoint

    return declare


def declared(endpoint: Callable[..., object]) -> Declared:
    """Return what an endpoint has declared.

    Raises:
        TypeError: it declares nothing, so its route must not be served.

    """
    found = _declared.get(endpoint)
    if found is None:
        raise TypeError(f"{endpoint.__qualname__} does not say what it does: add @does(…) to it")
    return found
