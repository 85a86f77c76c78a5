"""The project's public keys (JWKS), which verify users' ES256 and RS256 tokens."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

import httpx
import jwt

from api.errors import unavailable
from api.identity.jwk import public_keys

logger = logging.getLogger(__name__)

REFRESH: Final = 300.0
"""Seconds after which a request for a known key refetches the keys in the background."""
LIFETIME: Final = 600.0
"""Seconds after which such a request waits for the refetch: a revoked key works this long."""
PATIENCE: Final = 0.5
"""Seconds that a request waits for a fetch at most."""
COOLDOWN: Final = 1.0
"""Minimum seconds between two fetches, however many unknown keys are requested."""
TIMEOUT: Final = 2.0
MOST_WAITING: Final = 50
"""How many requests with an unknown key may wait for a fetch, after the first one has ended.
Anyone can send such requests, so they must not fill the worker while the address is slow."""


class PublicKeys:
    """Public keys by their id, fetched when needed and kept.

    While the address cannot be reached, known keys keep working. Only one fetch runs at a time, and
    all waiting requests share it.
    """

    def __init__(
        self, url: str, http: httpx.AsyncClient, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._http = http
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._reached = False
        self._fetched_at = clock()
        self._next_fetch_at = clock()
        self._fetching: asyncio.Task[None] | None = None
        self._patient_until = 0.0
        self._waiting = 0
        self._has_fetched = False

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        """Return the public key of this id, bound to its algorithm, or `None` if there is none.

        Raises:
            ApiError: 503, the keys could not be fetched.

        """
        if key_id in self._keys:
            await self._refresh_in_time()
        else:
            await self._look_for_new()
        key = self._keys.get(key_id)
        if key is None and not self._reached:
            raise unavailable()
        return key

    async def any(self) -> bool:
        """Return whether any key is known, fetching the keys first if none is."""
        if not self._keys and (fetching := self._fetch_unless_recent()) is not None:
            await asyncio.wait({fetching})
        return bool(self._keys)

    async def _refresh_in_time(self) -> None:
        age = self._clock() - self._fetched_at
        if age < REFRESH:
            return
        fetching = self._fetch_unless_recent()
        patience = self._patient_until - asyncio.get_running_loop().time()
        if fetching is not None and age >= LIFETIME and self._reached and patience > 0:
            await asyncio.wait({fetching}, timeout=patience)

    async def _look_for_new(self) -> None:
        fetching = self._fetch_unless_recent()
        if fetching is None:
            return
        if self._has_fetched and self._waiting >= MOST_WAITING:
            raise unavailable()
        self._waiting += 1
        try:
            # a separate task: a client that disconnects does not cancel it for the others
            await asyncio.wait({fetching})
        finally:
            self._waiting -= 1

    def _fetch_unless_recent(self) -> asyncio.Task[None] | None:
        """Return the running fetch or start one; `None` if the last one was just now."""
        if self._fetching is None and self._clock() >= self._next_fetch_at:
            self._fetching = asyncio.create_task(self._fetch())
            self._patient_until = asyncio.get_running_loop().time() + PATIENCE
        return self._fetching

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(TIMEOUT):
                answer = await self._http.get(self._url)
            if answer.status_code == httpx.codes.NOT_FOUND and not self._keys:
                # a project that signs with its secret only
                self._keys = {}
            else:
                answer.raise_for_status()
                self._keys = public_keys(answer.json())
            self._reached = True
            self._fetched_at = self._clock()
        except Exception as error:
            self._reached = False
            logger.warning(
                "no public keys from SUPABASE_JWKS_URL (%s); still using the %d known",
                type(error).__name__,
                len(self._keys),
            )
        finally:
            self._next_fetch_at = self._clock() + COOLDOWN
            self._has_fetched = True
            self._fetching = None
