"""Which of a user's verified claims are passed on to the database, for policies to read."""

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from pydantic_core import from_json

CARRIED: Final = ("aal", "is_anonymous", "session_id", "app_metadata")
"""What policies of Supabase projects commonly read. `FORWARDED_CLAIMS` adds more."""
OURS: Final = frozenset({"role", "sub", "aud", "exp", "nbf", "iat"})
"""Claims that the API's own token sets: never taken from the user's token."""
MOST_BYTES: Final = 4_096
"""Limit for the claims as JSON. They are sent with every query and cached per user."""


def cell_in(claims: Mapping[str, Any], path: tuple[str, ...]) -> str:
    """Return the cell that the claim at this path names; empty if it names none."""
    value: Any = claims
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def carried(claims: Mapping[str, Any], further: Collection[str] = ()) -> str:
    """Return the claims of a verified token for the database, as JSON; equal claims, equal text.

    Raises:
        ValueError: more than `MOST_BYTES`, or not JSON that Postgres can read.

    """
    names = {*CARRIED, *further} - OURS
    chosen = {name: claims[name] for name in sorted(names) if name in claims}
    if not chosen:
        return ""
    text = json.dumps(chosen, allow_nan=False, sort_keys=True, separators=(",", ":"))
    if len(text) > MOST_BYTES or "\\u0000" in text:
        raise ValueError("the claims are too large, or contain a NUL character")
    # Python's parser, which read the token, also accepts lone surrogates and deep nesting
    from_json(text)
    return text
