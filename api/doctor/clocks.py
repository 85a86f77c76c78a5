"""Compares clocks: tokens live for a minute, and rules use the database's time."""

import re
from collections.abc import Iterator
from typing import Final

from api.doctor.findings import Finding
from api.identity.auth import LEEWAY

AFFECTED: Final = range(13, 17)
FIXED: Final = {14: 18, 16: 3}
"""PostgREST's versions whose clock stands still while idle, and the patches that mend it."""


def stale_clock(server: str) -> Iterator[str]:
    """Note a PostgREST that refuses fresh tokens after a while without requests.

    Its clock is a value that an idle process does not renew: https://github.com/PostgREST/postgrest/issues/5196.

    Args:
        server: the `Server` header of its answers.

    """
    found = re.fullmatch(r"postgrest/([0-9]+)\.([0-9]+)\b.*", server, re.IGNORECASE)
    if found is None:
        return
    major, patch = int(found[1]), int(found[2])
    if major in AFFECTED and patch < FIXED.get(major, patch + 1):
        yield (
            f"PostgREST {major}.{patch} may refuse a fresh token as issued in the future "
            "(PGRST303) after it was idle: 13, 14.0 to 14.17 and 16.0 to 16.2 do. The API asks "
            "again; a browser's read is 401. Update to 14.18, or a 16 later than 16.2"
        )


def difference(name: str, theirs: float, ours: float) -> Iterator[Finding]:
    """Compare two clocks read at the same moment, in seconds since 1970."""
    if abs(theirs - ours) > LEEWAY:
        direction = "ahead of" if theirs > ours else "behind"
        yield Finding(
            "clock-differs",
            f"{name} is {abs(theirs - ours):.0f} s {direction} this machine",
            "synchronise the clocks (NTP); tokens live for 60 s",
        )
