"""The typed state of the process, made by the lifespan and shared by all requests."""

from typing import TypedDict, cast

from starlette.requests import HTTPConnection

from api.database.cells import Databases
from api.http.readiness import Readiness
from api.identity.auth import Authenticator
from api.rate_limits.users import Limits
from api.settings import Settings


class State(TypedDict):
    """Yielded by the lifespan; the server puts it into each request's scope."""

    settings: Settings
    authenticator: Authenticator
    databases: Databases
    limits: Limits
    readiness: Readiness


def state(connection: HTTPConnection) -> State:
    """Return the process's state for a request."""
    return cast("State", connection.scope["state"])
