"""Which of a user's verified claims the database sees, so that policies may ask for them."""

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from pydantic_core import from_json

CARRIED: Final = ("aal", "is_anonymous", "session_id", "app_metadata")
"""What policies of Supabase projects commonly ask for. `FORWARDED_CLAIMS` names more."""
OURS: Final = frozenset({"role", "sub", "aud", "exp", "nbf", "iat"})
"""What the API's own token says: never taken from the user's."""
MOST_BYTES: Final = 4_096
"""Of the claims as JSON. They go along with every query, and are kept for each user."""


def carried(claims: Mapping[str, Any], further: Collection[str] = ()) -> str:
    """Take out of a verified token what the database sees, as JSON; the same claims, the same text.

    Raises:
        ValueError: more than `MOST_BYTES`, or no JSON that Postgres can read.

    """
    names = {*CARRIED, *further} - OURS
    chosen = {name: claims[name] for name in sorted(names) if name in claims}
    if not chosen:
        return ""
    text = json.dumps(chosen, allow_nan=False, sort_keys=True, separators=(",", ":"))
    if len(text) > MOST_BYTES or "\\u0000" in text:
        raise ValueError("the claims are too large, or hold a NUL character")
    # Python's own parser, which read the token, accepts lone surrogates and deeper nesting
    from_json(text)
    return text
