"""Verifies users' tokens, with an algorithm chosen by us and not by the token."""

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

import httpx
import jwt
from cachetools import LRUCache
from fastapi import Request
from jwt.exceptions import InvalidSubjectError
from pydantic import SecretStr

from api.errors import ApiError, not_authenticated
from api.identity.caller import Caller
from api.identity.claims import MOST_BYTES, carried, cell_in
from api.identity.jwks import PublicKeys

LONGEST_TOKEN: Final = 8_192
LEEWAY: Final = 5
"""Seconds that the token issuer's clock may differ from ours."""
MOST_TOKENS: Final = 10_000
AUDIENCE: Final = "authenticated"
ROLE: Final = "authenticated"

AUTHORIZATION: Final = re.compile(rb"bearer +([\w-]+\.[\w-]+\.[\w-]+)", re.IGNORECASE)

NO_TOKEN = "Send the user's access token in the header `Authorization: Bearer <token>`."  # noqa: S105
NOT_A_TOKEN = "The bearer token is not a JWT. Send the user session's access token."  # noqa: S105
TOO_LONG = f"The `Authorization` header is too long: the limit is {LONGEST_TOKEN} characters."
NOT_TRUSTED = "The token is not signed by this project. Sign in again and send the new token."
EXPIRED = "The token has expired. Refresh the session and send the new token."
NOT_YET = (
    "The token is not valid yet: the clock of the machine that issued it is ahead of the API's. "
    "Synchronise both."
)
NOT_A_USER = "The token does not belong to a signed-in user. Send the user session's access token."
NOT_SUPABASE_AUTH = (
    "The token's `sub` is not a UUID. Users must be Supabase Auth's: third-party tokens are not "
    "supported."
)
CLAIMS_UNUSABLE = (
    f"The token's claims for the database exceed {MOST_BYTES} bytes or are not valid JSON."
)
NOT_A_UUID = "The header `X-Test-User-ID` must be a single UUID."

UNVERIFIED: Final = "session_api.unverified"
"""Set in the scope of a request whose token could not be verified because its key is missing."""


class Trust(Protocol):
    """The settings that say which tokens are trusted, and whose."""

    @property
    def supabase_jwt_secret(self) -> SecretStr | None: ...
    @property
    def supabase_jwks_url(self) -> str: ...
    @property
    def forwarded_claims(self) -> tuple[str, ...]: ...
    @property
    def allow_anonymous_users(self) -> bool: ...
    @property
    def require_second_factor(self) -> bool: ...
    @property
    def cell_path(self) -> tuple[str, ...]: ...
    @property
    def accepts_test_users(self) -> bool: ...


class Verified(NamedTuple):
    """A verified token: its user, its expiry and its key."""

    caller: Caller
    until: float
    key: jwt.PyJWK | str


class Authenticator:
    """Identifies the caller.

    Verified tokens are cached by their header's hash, because verifying takes 0.1 to 0.2 ms and a
    lookup 0.01 ms. The cache admits nobody extra: expiry and key are rechecked on every hit.
    """

    def __init__(
        self, settings: Trust, http: httpx.AsyncClient, clock: Callable[[], float] = time.time
    ) -> None:
        """Take the project's secret and public keys from the settings; `http` fetches the keys."""
        secret = settings.supabase_jwt_secret
        self._secret = None if secret is None else secret.get_secret_value()
        self._public_keys = PublicKeys(settings.supabase_jwks_url, http)
        self._forwarded_claims = settings.forwarded_claims
        self._cell_claim = settings.cell_path
        self._allows_anonymous = settings.allow_anonymous_users
        self._requires_second_factor = settings.require_second_factor
        self._test_auth = settings.accepts_test_users
        self._verified: LRUCache[bytes, Verified] = LRUCache(MOST_TOKENS)
        self._clock = clock

    async def authenticate(self, request: Request) -> Caller:
        """Return who sent this request.

        Raises:
            ApiError: 401 `NOT_AUTHENTICATED`, the request has no valid token; 403
                `ANONYMOUS_USER` or `SECOND_FACTOR_REQUIRED`, the settings do not allow this user;
                503, the keys to verify the token could not be fetched.

        """
        if self._test_auth and (named := request.headers.getlist("x-test-user-id")):
            user_id = canonical_uuid(named[0]) if len(named) == 1 else None
            if user_id is None:
                raise not_authenticated(NOT_A_UUID)
            return Caller(user_id)
        header = authorization(request)
        fingerprint = hashlib.sha256(header).digest()
        try:
            verified: Verified | None = self._verified[fingerprint]
        except KeyError:
            verified = None
        if (
            verified is None
            or self._clock() >= verified.until
            or not (isinstance(verified.key, str) or await self._is_published(verified.key))
        ):
            try:
                verified = await self._verify(bearer_token(header))
            except ApiError as error:
                if error.code == "DATABASE_UNAVAILABLE":
                    request.scope[UNVERIFIED] = True
                raise
            self._verified[fingerprint] = verified
        return verified.caller

    async def can_verify(self) -> bool:
        """Return whether there is a key to verify users' tokens: the secret, or a public key."""
        return self._secret is not None or await self._public_keys.any()

    async def _is_published(self, key: jwt.PyJWK) -> bool:
        return await self._public_keys.find(str(key.key_id)) is key

    async def _verify(self, token: str) -> Verified:
        key, algorithm = await self._key_for(token)
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=AUDIENCE,
                leeway=LEEWAY,
                options={"require": ["exp", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise not_authenticated(EXPIRED) from None
        except jwt.ImmatureSignatureError:
            raise not_authenticated(NOT_YET) from None
        except (jwt.MissingRequiredClaimError, jwt.InvalidAudienceError, InvalidSubjectError):
            raise not_authenticated(NOT_A_USER) from None
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise not_authenticated(NOT_TRUSTED) from None
        caller = self._caller(claims)
        return Verified(caller, int(claims["exp"]) + LEEWAY, key)

    def _caller(self, claims: dict[str, Any]) -> Caller:
        """Read the user from verified claims, and raise if the settings do not allow them."""
        if claims.get("role") != ROLE:
            raise not_authenticated(NOT_A_USER)
        user_id = canonical_uuid(claims["sub"])
        if user_id is None:
            raise not_authenticated(NOT_SUPABASE_AUTH)
        if not self._allows_anonymous and claims.get("is_anonymous", False) is not False:
            raise ApiError("ANONYMOUS_USER")
        if self._requires_second_factor and claims.get("aal") != "aal2":
            raise ApiError("SECOND_FACTOR_REQUIRED")
        try:
            further = carried(claims, self._forwarded_claims)
        except (ValueError, RecursionError):
            raise not_authenticated(CLAIMS_UNUSABLE) from None
        return Caller(user_id, further, cell_in(claims, self._cell_claim))

    async def _key_for(self, token: str) -> tuple[jwt.PyJWK | str, str]:
        """Choose the key and the one algorithm that goes with it.

        The token only names one of our keys. The secret is used for HS256 only, and a public key
        only for the algorithm of its type, so that one kind of key cannot pass for another. `jwk`,
        `jku` and `x5u`, with which a token brings its own key, are ignored.
        """
        header = unverified_header(token)
        algorithm, key_id = header.get("alg"), header.get("kid")
        if "crit" not in header:
            if algorithm == "HS256" and self._secret is not None:
                return self._secret, "HS256"
            if algorithm in ("ES256", "RS256") and isinstance(key_id, str):
                key = await self._public_keys.find(key_id)
                if key is not None and key.algorithm_name == algorithm:
                    return key, key.algorithm_name
        raise not_authenticated(NOT_TRUSTED)


def authorization(request: Request) -> bytes:
    """Return the only `Authorization` header; raise 401 if there is none."""
    headers = [value for name, value in request.scope["headers"] if name == b"authorization"]
    if len(headers) != 1:
        raise not_authenticated(NO_TOKEN)
    if len(headers[0]) > LONGEST_TOKEN:
        raise not_authenticated(TOO_LONG)
    return bytes(headers[0])


def bearer_token(header: bytes) -> str:
    """Return the token in an `Authorization` header; raise 401 if there is none."""
    found = AUTHORIZATION.fullmatch(header)
    if found is None:
        raise not_authenticated(NOT_A_TOKEN if header[:7].lower() == b"bearer " else NO_TOKEN)
    return found[1].decode()


def unverified_header(token: str) -> dict[str, Any]:
    """Read a token's unverified header; raise 401 if it cannot be read."""
    encoded = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise not_authenticated(NOT_A_TOKEN)
    return header


def canonical_uuid(text: str) -> UUID | None:
    """Parse a UUID in its usual 36-character form; `None` for everything else."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None
