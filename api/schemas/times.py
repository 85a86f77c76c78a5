"""Times as clients send them: ISO 8601 with a time zone, and a year that every program can show."""

import re
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

# One year less than Python's, JavaScript's four-digit and most others' last: in any time zone it
# is still a year that they can write.
LAST_YEAR: Final = 9998


def written_out(value: object) -> object:
    """Refuse numbers: pydantic would take them for seconds since 1970."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}", value):
        raise ValueError("This is not a date and time like 2030-05-01T19:30:00Z.")
    return value


def in_utc(value: datetime) -> datetime:
    """Convert to UTC, refusing what has no place there, such as the year 10000."""
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
"""A moment, in UTC. Without a time zone it is refused: nobody's own is a good guess."""


def taken_for_utc(value: datetime) -> datetime:
    """Take a moment without a time zone for UTC: some projects' columns have none."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(taken_for_utc), Field(examples=[EXAMPLE])]
"""A moment in an answer, in UTC."""
