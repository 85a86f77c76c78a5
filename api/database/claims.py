"""The claims that the database sees: the one place where they are made, for both backends."""

from typing import Any, Final
from uuid import UUID

from pydantic_core import from_json

from api.identity.caller import Caller

ROLE: Final = "session_api"
NOBODY: Final = Caller(UUID(int=0))
"""Whom the API acts for when it asks for itself: no user has this id."""


def database_claims(caller: Caller) -> dict[str, Any]:
    """Return what `request.jwt.claims` holds while the API acts for this caller.

    The user's own claims come first: none of them can take the place of ours.
    """
    verified: dict[str, Any] = from_json(caller.claims) if caller.claims else {}
    return verified | {"role": ROLE, "sub": str(caller.user_id), "aud": "authenticated"}
