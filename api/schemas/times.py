"""Times from clients: ISO 8601 with a time zone, and a year that every program can display."""

import re
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

# One year before the last that Python and four-digit formats support, so that it can be written in
# any time zone.
LAST_YEAR: Final = 9998


def written_out(value: object) -> object:
    """Reject numbers, which pydantic would read as seconds since 1970."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}", value):
        raise ValueError("This is not a date and time like 2030-05-01T19:30:00Z.")
    return value


def in_utc(value: datetime) -> datetime:
    """Convert to UTC; raise if the year is too large, for example 10000."""
    try:
        utc = value.astimezone(UTC)
    except OverflowError:
        utc = None
    if utc is None or utc.year > LAST_YEAR:
        raise ValueError("This date is too far in the future.")
    return utc


EXAMPLE: Final = "2030-05-01T19:30:00Z"

Time = Annotated[
    AwareDatetime,
    BeforeValidator(written_out),
    AfterValidator(in_utc),
    Field(description="ISO 8601, with a time zone.", examples=[EXAMPLE]),
]
"""A time in UTC. A value without a time zone is rejected, because guessing one is unsafe."""


def taken_for_utc(value: datetime) -> datetime:
    """Treat a time without a time zone as UTC: some projects' columns have none."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(taken_for_utc), Field(examples=[EXAMPLE])]
"""A time in an answer, in UTC."""
