"""What the process keeps for all its requests: made by the lifespan, typed."""

from typing import TypedDict, cast

from starlette.requests import HTTPConnection

from api.database.caller import Upstream
from api.identity.auth import Authenticator
from api.rate_limits.users import Limits
from api.readiness import Readiness
from api.settings import Settings


class State(TypedDict):
    """The lifespan yields it, and the server puts it into each request's scope."""

    settings: Settings
    authenticator: Authenticator
    upstream: Upstream
    limits: Limits
    readiness: Readiness


def state(connection: HTTPConnection) -> State:
    """Return the process's state, for one of its requests."""
    return cast("State", connection.scope["state"])
