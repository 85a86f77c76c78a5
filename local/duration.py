"""Durations as a person writes them."""

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d{1,6})([smhd])")
_LONGEST = timedelta(days=365)


def duration(text: str) -> timedelta:
    """Read `90s`, `30m`, `2h` or `1d`.

    Raises:
        ValueError: it is something else, nothing, or more than a year.

    """
    read = _DURATION.fullmatch(text.strip().lower())
    if read is None:
        raise ValueError("write it as 90s, 30m, 2h or 1d")
    found = timedelta(**{_UNITS[read[2]]: int(read[1])})
    if not timedelta(0) < found <= _LONGEST:
        raise ValueError("it is between a second and 365 days")
    return found
