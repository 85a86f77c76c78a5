"""Compares clocks: tokens live for a minute, and rules use the database's time."""

from collections.abc import Iterator

from api.doctor.findings import Finding
from api.identity.auth import LEEWAY


def difference(name: str, theirs: float, ours: float) -> Iterator[Finding]:
    """Compare two clocks read at the same moment, in seconds since 1970."""
    if abs(theirs - ours) > LEEWAY:
        direction = "ahead of" if theirs > ours else "behind"
        yield Finding(
            "clock-differs",
            f"{name} is {abs(theirs - ours):.0f} s {direction} this machine",
            "synchronise the clocks (NTP); tokens live for 60 s",
        )
