"""The API's own tokens: role `session_api`, for one user, for a minute.

PostgREST gets them instead of the user's token, so that only the API can make writes that have
rules. Row-level security applies to both: such a token reaches only its user's rows.
"""

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

import jwt
from cachetools import LRUCache

from api.database.claims import database_claims
from api.identity.caller import Caller
from api.settings import Settings

LIFETIME: Final = 60
"""Seconds that a token is valid."""
RESERVE: Final = 15
"""Minimum seconds that a returned token stays valid: longer than any request, plus clock skew."""
MOST_CALLERS: Final = 10_000


class TokenMint:
    """Mints tokens, and reuses each for most of its lifetime.

    PostgREST caches tokens that it has verified; a new token per request would cost both sides a
    signature. Thread-safe.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        """Take the key that signs: `SESSION_API_SIGNING_KEY`, else `SUPABASE_JWT_SECRET`."""
        self._clock = clock
        self._minted: LRUCache[Caller, tuple[int, str]] = LRUCache(MOST_CALLERS)
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
            raise ValueError("settings without a signing key")

    def token_for(self, caller: Caller) -> str:
        """Return a token with which PostgREST acts for this caller.

        It is valid for another 15 to 60 seconds: use it now and do not keep it.
        """
        now = int(self._clock())
        with self._lock:
            try:
                issued_at, token = self._minted[caller]
            except KeyError:
                issued_at, token = 0, ""
            # the lower bound is for a clock that was set back: its token would be kept too long
            if not issued_at <= now <= issued_at + LIFETIME - RESERVE:
                token = self._mint(caller, now)
                self._minted[caller] = (now, token)
        return token

    def _mint(self, caller: Caller, now: int) -> str:
        # no `iat`: an idle PostgREST of several versions has a stale clock, and refuses a token
        # that was made a second ago as "issued at future"
        claims = database_claims(caller) | {"exp": now + LIFETIME}
        return jwt.encode(claims, self._key, self._algorithm, self._headers)
