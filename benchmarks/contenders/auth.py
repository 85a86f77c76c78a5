"""Who asks: a user's token, verified as FastAPI's and PyJWT's documentation do it."""

import os
import time
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import jwt
from cachetools import TTLCache, cached
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

SECRET = os.environ["SUPABASE_JWT_SECRET"]
bearer = HTTPBearer()


@dataclass(frozen=True)
class User:
    """The caller, with the token that says so."""

    id: UUID
    token: str


async def current_user(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
) -> User:
    """Verify the token."""
    try:
        claims = jwt.decode(
            credentials.credentials, SECRET, algorithms=["HS256"], audience="authenticated"
        )
        return User(UUID(claims["sub"]), credentials.credentials)
    except (jwt.InvalidTokenError, KeyError, ValueError):
        raise HTTPException(401, "Invalid token") from None


CurrentUser = Annotated[User, Depends(current_user)]


@cached(TTLCache(10_000, ttl=30))
def writing_token(user_id: UUID) -> str:
    """Make the token of the one role that may write, for this user."""
    claims = {"sub": str(user_id), "role": "session_api", "exp": int(time.time()) + 60}
    return jwt.encode(claims, SECRET, algorithm="HS256")
