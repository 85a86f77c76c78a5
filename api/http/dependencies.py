"""The dependency of every route: the database as the request's caller sees it."""

from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from api.database.caller import Database
from api.http.state import state
from api.observability import exchange

BEARER: Final[dict[str, Any]] = {
    "bearerFormat": "JWT",
    "scheme_name": "HTTPBearer",
    "description": "The access token of a signed-in user's session.",
}
"""The token's description in the OpenAPI document."""
SAFE: Final = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""


class AsCaller(HTTPBearer):
    """Identifies the caller, and returns the database as they see it.

    FastAPI calls it for every `CallerDatabase`. It combines the security scheme, the caller and the
    database, because each further dependency would cost half as much as checking the token.
    """

    async def __call__(self, request: Request) -> Database:  # type: ignore[override]  # no WebSocket
        """Verify the caller, check their rate limit, and return the database."""
        process = state(request)
        caller = await process["authenticator"].authenticate(request)
        user_id = str(caller.user_id)
        exchange.caller(user_id)
        await process["limits"].admit(request.scope, user_id)
        # a request that writes reads what it decides by from the primary
        only_reads = request.method in SAFE
        return process["databases"].as_caller(caller, only_reads=only_reads)


CallerDatabase = Annotated[Database, Depends(AsCaller(**BEARER))]
