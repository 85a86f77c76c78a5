"""The secret and the keys of a local stack, the same as those of every `supabase start`."""

import time
from uuid import UUID

import jwt

from api.settings import LOCAL_JWT_SECRET

_ALGORITHM = "HS256"
_DEMO_EXPIRY = 1983812996  # in the year 2032, as in the keys that Supabase prints

DEMO_USERS = {
    "alice": UUID("00000000-0000-4000-8000-00000000000a"),
    "bob": UUID("00000000-0000-4000-8000-00000000000b"),
    "carol": UUID("00000000-0000-4000-8000-00000000000c"),
    "dave": UUID("00000000-0000-4000-8000-00000000000d"),
}
"""The users in `supabase/seed.sql`; their addresses are at example.com."""
DEMO_PASSWORD = "password"  # noqa: S105 - public
"""The password of each demo user."""


def api_key(role: str, secret: str = LOCAL_JWT_SECRET) -> str:
    """Return the long-lived key of `role` (`anon` or `service_role`).

    With the local secret these are the very keys that `supabase start` prints.
    """
    claims = {"iss": "supabase-demo", "role": role, "exp": _DEMO_EXPIRY}
    return jwt.encode(claims, secret, _ALGORITHM)


def user_token(
    user_id: UUID, seconds: int, secret: str = LOCAL_JWT_SECRET, role: str = "authenticated"
) -> str:
    """Return a token like those from Supabase's sign-in, valid for `seconds`."""
    now = int(time.time())
    claims = {
        "iss": "supabase-demo",
        "sub": str(user_id),
        "aud": "authenticated",
        "role": role,
        "iat": now,
        "exp": now + seconds,
    }
    return jwt.encode(claims, secret, _ALGORITHM)
