"""Access tokens: ES256 with the stack's key; the well-known secret is accepted too."""

import time
from typing import Any
from uuid import UUID

import jwt

from local.auth.errors import AuthError, forbidden
from local.signing_key import public_key

AUDIENCE = "authenticated"
PUBLISHABLE_KEY_PREFIX = "sb_publishable_"
"""How a project's publishable key starts. It is an API key, not a token."""
_LONGEST = 65_536


class Tokens:
    """Makes and verifies access tokens.

    Args:
        key: the stack's private JWK.
        secret: the well-known one, with which every local Supabase verifies HS256.
        issuer: the address of `/auth/v1`.
        lifetime: seconds until a token expires.

    """

    def __init__(self, key: dict[str, Any], secret: str, issuer: str, lifetime: int) -> None:
        self.lifetime = lifetime
        self.jwks = {"keys": [public_key(key)]}
        self._secret = secret
        self._issuer = issuer
        self._private = jwt.PyJWK(key, "ES256")
        self._public = jwt.PyJWK(public_key(key), "ES256")

    def issue(self, user: dict[str, Any], session_id: UUID) -> tuple[str, int]:
        """Return a token for a session of `user` (in answers' format), and when it expires."""
        now = int(time.time())
        claims = {
            "iss": self._issuer,
            "sub": user["id"],
            "aud": AUDIENCE,
            "exp": now + self.lifetime,
            "iat": now,
            "email": user["email"],
            "phone": user["phone"],
            "app_metadata": user["app_metadata"],
            "user_metadata": user["user_metadata"],
            "role": user["role"],
            "aal": "aal1",
            "amr": [{"method": "password", "timestamp": now}],
            "session_id": str(session_id),
            "is_anonymous": user["is_anonymous"],
        }
        headers = {"kid": self._private.key_id}
        return jwt.encode(claims, self._private, "ES256", headers), now + self.lifetime

    def verify(self, token: str) -> dict[str, Any]:
        """Return the claims of an unexpired token signed by one of the stack's keys.

        Raises:
            AuthError: 403 `bad_jwt`.

        """
        try:
            if len(token) > _LONGEST:
                raise jwt.InvalidTokenError("too long")
            # the key determines the algorithm, never the token
            is_ours = jwt.get_unverified_header(token).get("kid") == self._public.key_id
            key, algorithm = (self._public, "ES256") if is_ours else (self._secret, "HS256")
            return dict(
                jwt.decode(
                    token,
                    key,
                    [algorithm],
                    options={"require": ["exp"], "verify_aud": False},
                )
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise _bad(error) from None


def user_and_session(claims: dict[str, Any]) -> tuple[UUID, UUID | None]:
    """Return a token's user and session; `None` if it did not come from a sign-in.

    Raises:
        AuthError: 403 `bad_jwt`, the token is not a user's.

    """
    try:
        session = claims.get("session_id")
        user = UUID(claims["sub"])
        if claims.get("aud") != AUDIENCE:
            raise ValueError("the audience is not a user's")  # noqa: TRY301 - the same refusal
        return user, None if session is None else UUID(session)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise _bad(error) from None


def _bad(error: Exception) -> AuthError:
    return forbidden("bad_jwt", f"invalid JWT: unable to parse or verify signature, {error}")
