"""The project's public keys (JWKS), which verify users' ES256 and RS256 tokens."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Final

import httpx
import jwt

from api.errors import unavailable

logger = logging.getLogger(__name__)

LIFETIME: Final = 600.0
"""Seconds after which the keys are fetched again: this long a withdrawn key goes on working."""
COOLDOWN: Final = 30.0
"""Seconds without another fetch after one that worked, however many unknown keys are asked for."""
RETRY: Final = 1.0
"""Seconds without another fetch after one that failed."""
TIMEOUT: Final = 2.0
PATIENCE: Final = 0.5
"""Seconds that a request with a known key waits for the keys to be fetched again."""
MIN_RSA_BITS: Final = 2048

PUBLIC_MEMBERS: Final = {"EC": ("crv", "x", "y"), "RSA": ("n", "e")}
ALGORITHMS: Final = {"EC": "ES256", "RSA": "RS256"}


class PublicKeys:
    """Public keys by their id, fetched when needed and kept.

    While the address cannot be reached, known keys go on working. One fetch at a time, shared by
    all who wait for it.
    """

    def __init__(
        self, url: str, http: httpx.AsyncClient, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._http = http
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._reached = False
        self._stale_at = 0.0
        self._next_fetch_at = clock()
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        """Return the public key of this id, bound to its algorithm, or `None` if there is none.

        Raises:
            ApiError: 503, nobody can tell: the keys could not be fetched.

        """
        if key_id not in self._keys:
            await self._refresh(None)
        elif self._clock() >= self._stale_at:
            await self._refresh(PATIENCE if self._reached else 0)
        key = self._keys.get(key_id)
        if key is None and not self._reached:
            raise unavailable()
        return key

    async def any(self) -> bool:
        """Tell whether a key is known, after fetching them where none is."""
        if not self._keys:
            await self._refresh(None)
        return bool(self._keys)

    async def _refresh(self, patience: float | None) -> None:
        if self._fetching is None:
            if self._clock() < self._next_fetch_at:
                return
            self._fetching = asyncio.create_task(self._fetch())
        # a task of its own: a caller who hangs up ends neither it nor the others' waiting
        await asyncio.wait({self._fetching}, timeout=patience)

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(TIMEOUT):
                answer = await self._http.get(self._url)
            if answer.status_code == httpx.codes.NOT_FOUND and not self._keys:
                # a project that signs with its secret alone, like a local stack
                self._keys = {}
            else:
                answer.raise_for_status()
                self._keys = public_keys(answer.json())
            self._reached = True
            self._stale_at = self._clock() + LIFETIME
        except Exception as error:
            self._reached = False
            logger.warning(
                "no public keys from SUPABASE_JWKS_URL (%s), going on with the %d known",
                type(error).__name__,
                len(self._keys),
            )
        finally:
            self._next_fetch_at = self._clock() + (COOLDOWN if self._reached else RETRY)
            self._fetching = None


def public_keys(document: Any) -> dict[str, jwt.PyJWK]:
    """Read a JWKS: its keys for ES256 and RS256 signatures, by id. Others are left out.

    Raises:
        ValueError: this is no JWKS.

    """
    jwks = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(jwks, list):
        raise ValueError("not a JWKS")  # noqa: TRY004 - a wrong document, no wrong call
    found: dict[str, jwt.PyJWK] = {}
    for jwk in jwks:
        key = public_key(jwk) if isinstance(jwk, dict) else None
        if key is not None:
            found.setdefault(str(key.key_id), key)
    return found


def public_key(jwk: dict[str, Any]) -> jwt.PyJWK | None:
    """Read one key of a JWKS, or `None` if it is not for ES256 or RS256 signatures.

    A symmetric key (`oct`) never is: whoever can read the JWKS could sign with it.
    """
    kind, key_id = str(jwk.get("kty")), jwk.get("kid")
    if kind not in ALGORITHMS or not isinstance(key_id, str) or not key_id:
        return None
    algorithm = ALGORITHMS[kind]
    if jwk.get("alg", algorithm) != algorithm or jwk.get("use", "sig") != "sig":
        return None
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    # only what makes a public key: a private one, published by mistake, must not be held here
    members = {name: jwk.get(name) for name in PUBLIC_MEMBERS[kind]}
    if not all(isinstance(value, str) for value in members.values()):
        return None
    try:
        key = jwt.PyJWK({"kty": kind, "kid": key_id, **members}, algorithm)
    except jwt.PyJWTError:
        return None
    usable = key.key.curve.name == "secp256r1" if kind == "EC" else key.key.key_size >= MIN_RSA_BITS
    return key if usable else None
