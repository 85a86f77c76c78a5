"""The database as the request's caller sees it: what every route takes."""

from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from api.database.caller import Database
from api.observability import exchange
from api.state import state

BEARER: Final[dict[str, Any]] = {
    "bearerFormat": "JWT",
    "scheme_name": "HTTPBearer",
    "description": "The access token of a signed-in user's session.",
}
"""How the document describes it."""


class AsCaller(HTTPBearer):
    """Find out who sent the request, and make the database as they see it.

    FastAPI calls it for every `CallerDatabase`. The document's security scheme, the caller and the
    database in one: FastAPI spends on each further dependency half of what the token's check costs.
    """

    async def __call__(self, request: Request) -> Database:  # type: ignore[override]
        """Return the database, once the caller is verified and their rate limit has room."""
        process = state(request)
        caller = await process["authenticator"].authenticate(request)
        exchange.caller(caller.user_id)
        await process["limits"].admit(request.scope, caller.user_id)
        return process["upstream"].as_caller(caller)


CallerDatabase = Annotated[Database, Depends(AsCaller(**BEARER))]
