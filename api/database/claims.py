"""Builds the claims that the database sees, for both backends."""

from typing import Any, Final
from uuid import UUID

from pydantic_core import from_json

from api.identity.caller import Caller

ROLE: Final = "session_api"
NOBODY: Final = Caller(UUID(int=0))
"""The caller of the API's own queries: no user has this id."""


def database_claims(caller: Caller) -> dict[str, Any]:
    """Return the value of `request.jwt.claims` while the API acts for this caller.

    The user's own claims come first, so that none of them can override ours.
    """
    verified: dict[str, Any] = from_json(caller.claims) if caller.claims else {}
    return verified | {"role": ROLE, "sub": str(caller.user_id), "aud": "authenticated"}
