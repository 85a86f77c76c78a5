"""Who calls: a user's token, verified here, with an algorithm that we choose and not the token."""

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple
from uuid import UUID

import httpx
import jwt
from cachetools import LRUCache
from fastapi import Request
from jwt.exceptions import InvalidSubjectError

from api.errors import ApiError, not_authenticated
from api.identity.caller import Caller
from api.identity.claims import MOST_BYTES, carried
from api.identity.jwks import PublicKeys
from api.settings import Settings

LONGEST_TOKEN: Final = 8_192
LEEWAY: Final = 5
"""Seconds that the clock of whoever made the token may differ from ours."""
MOST_TOKENS: Final = 10_000
AUDIENCE: Final = "authenticated"
ROLE: Final = "authenticated"

AUTHORIZATION: Final = re.compile(r"bearer +([\w-]+\.[\w-]+\.[\w-]+)", re.ASCII | re.IGNORECASE)

NO_TOKEN = "Send the user's access token, as the header `Authorization: Bearer <token>`."  # noqa: S105
NOT_A_TOKEN = "The bearer token is not a JWT. Send the access token of the user's session."  # noqa: S105
TOO_LONG = f"The `Authorization` header is too long: it may have {LONGEST_TOKEN} characters."
NOT_TRUSTED = "The token is not signed by this project. Sign in again and send the new token."
EXPIRED = "The token has expired. Refresh the session and send the new token."
NOT_YET = "The token is not valid yet. Check the clock of the machine that made it."
NOT_A_USER = "The token is not a signed-in user's. Send the access token of the user's session."
NOT_SUPABASE_AUTH = (
    "The token's `sub` is not a UUID. Users must be Supabase Auth's: third-party tokens are not "
    "supported."
)
CLAIMS_UNUSABLE = (
    f"The token's claims for the database have more than {MOST_BYTES} bytes, or are no valid JSON."
)
NOT_A_UUID = "The header `X-Test-User-ID` takes one UUID."

UNVERIFIED: Final = "session_api.unverified"
"""Set in the scope of a request whose token could not be verified, for want of the key."""


class Verified(NamedTuple):
    """What is known of a token: whose it is, until when, and by which key."""

    caller: Caller
    until: float
    key: jwt.PyJWK | str


class Authenticator:
    """Finds out who calls.

    Verified tokens are cached by their hash, because a verification costs 0.1 to 0.2 ms and a
    lookup 0.01. The cache admits nobody extra: expiry and key are rechecked on every hit.
    """

    def __init__(
        self, settings: Settings, http: httpx.AsyncClient, clock: Callable[[], float] = time.time
    ) -> None:
        """Take the project's secret and where its public keys are, to be fetched with `http`."""
        secret = settings.supabase_jwt_secret
        self._secret = None if secret is None else secret.get_secret_value()
        self._public_keys = PublicKeys(settings.supabase_jwks_url, http)
        self._forwarded_claims = settings.forwarded_claims
        self._allows_anonymous = settings.allow_anonymous_users
        self._requires_second_factor = settings.require_second_factor
        self._test_auth = settings.environment == "development" and settings.enable_test_auth
        self._verified: LRUCache[bytes, Verified] = LRUCache(MOST_TOKENS)
        self._clock = clock

    async def authenticate(self, request: Request) -> Caller:
        """Return who sent this request.

        Raises:
            ApiError: 401 `NOT_AUTHENTICATED`, the request has no valid token; 403
                `ANONYMOUS_USER` or `SECOND_FACTOR_REQUIRED`, the settings ask for more than this
                user has shown; 503, the keys to verify it could not be fetched.

        """
        if self._test_auth and (named := request.headers.getlist("x-test-user-id")):
            user_id = canonical_uuid(named[0]) if len(named) == 1 else None
            if user_id is None:
                raise not_authenticated(NOT_A_UUID)
            return Caller(user_id)
        token = bearer_token(request)
        fingerprint = hashlib.sha256(token.encode()).digest()
        verified = self._verified.get(fingerprint)
        if verified is None or not await self._still_holds(verified):
            try:
                verified = await self._verify(token)
            except ApiError as error:
                if error.code == "DATABASE_UNAVAILABLE":
                    request.scope[UNVERIFIED] = True
                raise
            self._verified[fingerprint] = verified
        return verified.caller

    async def can_verify(self) -> bool:
        """Tell whether there is anything to verify users with: the secret, or a public key."""
        return self._secret is not None or await self._public_keys.any()

    async def _still_holds(self, verified: Verified) -> bool:
        if self._clock() >= verified.until:
            return False
        if isinstance(verified.key, str):
            return True
        return await self._public_keys.find(str(verified.key.key_id)) is verified.key

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
        """Read the user out of verified claims, and refuse whom the settings refuse."""
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
            return Caller(user_id, carried(claims, self._forwarded_claims))
        except (ValueError, RecursionError):
            raise not_authenticated(CLAIMS_UNUSABLE) from None

    async def _key_for(self, token: str) -> tuple[jwt.PyJWK | str, str]:
        """Choose the key and the one algorithm that goes with it.

        The token only says which of our keys it claims. The secret is for HS256 and nothing else,
        a public key for the algorithm of its own kind, so that no key is ever taken for another;
        `jwk`, `jku` and `x5u`, by which a token brings its own key, are not read at all.
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


def bearer_token(request: Request) -> str:
    """Take the token out of the one `Authorization` header; raise 401 if there is none."""
    headers = request.headers.getlist("authorization")
    if len(headers) != 1:
        raise not_authenticated(NO_TOKEN)
    if len(headers[0]) > LONGEST_TOKEN:
        raise not_authenticated(TOO_LONG)
    found = AUTHORIZATION.fullmatch(headers[0])
    if found is None:
        raise not_authenticated(NOT_A_TOKEN if headers[0][:7].lower() == "bearer " else NO_TOKEN)
    return found[1]


def unverified_header(token: str) -> dict[str, Any]:
    """Read what a token says about itself, of which nothing is proven; raise 401 if nothing."""
    encoded = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise not_authenticated(NOT_A_TOKEN)
    return header


def canonical_uuid(text: str) -> UUID | None:
    """Read a UUID in its usual form, 36 characters; `None` for everything else."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None
