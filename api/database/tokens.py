"""The API's own tokens: role `session_api`, for one user, for a minute.

They are what PostgREST gets instead of the user's token, so that the writes which have rules are
the API's alone. Row-level security is the same for both: such a token reaches its user's rows only.
"""

import time
from collections.abc import Callable
from threading import Lock
from typing import Final
from uuid import UUID

import jwt
from cachetools import LRUCache

from api.settings import Settings

ROLE: Final = "session_api"
LIFETIME: Final = 60
"""Seconds that a token is valid."""
RESERVE: Final = 15
"""Seconds that a token handed out is valid at least: longer than any request, and clocks differ."""
MOST_USERS: Final = 10_000


class TokenMint:
    """Mints tokens, and hands each out again for most of its life.

    PostgREST checks a token that it knows without any cryptography; a fresh one for every request
    would cost both sides a signature. Safe to share between threads.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        """Take the key that signs: `SESSION_API_SIGNING_KEY`, else `SUPABASE_JWT_SECRET`."""
        self._clock = clock
        self._minted: LRUCache[UUID, tuple[int, str]] = LRUCache(MOST_USERS)
        self._lock = Lock()
        signing_key = settings.signing_key
        self._key: jwt.PyJWK | str
        if signing_key is not None:
            self._key, self._algorithm = signing_key, signing_key.algorithm_name
            self._headers = {"kid": signing_key.key_id}
        elif settings.supabase_jwt_secret is not None:
            self._key, self._algorithm = settings.supabase_jwt_secret.get_secret_value(), "HS256"
            self._headers = {}
        else:
            raise ValueError("settings without any key to sign with")

    def token_for(self, user_id: UUID) -> str:
        """Return a token with which PostgREST acts for this user.

        It is valid for 15 to 60 seconds more: use it now and do not keep it.
        """
        now = int(self._clock())
        with self._lock:
            issued_at, token = self._minted.get(user_id, (0, ""))
            # the lower bound is for a clock that was put back: nobody takes a token of the future
            if not issued_at <= now <= issued_at + LIFETIME - RESERVE:
                token = self._mint(user_id, now)
                self._minted[user_id] = (now, token)
        return token

    def _mint(self, user_id: UUID, now: int) -> str:
        claims = {
            "role": ROLE,
            "sub": str(user_id),
            "aud": "authenticated",
            "iat": now,
            "exp": now + LIFETIME,
        }
        return jwt.encode(claims, self._key, self._algorithm, self._headers)
