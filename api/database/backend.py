"""The interface of a backend: PostgREST, or a direct connection to Postgres."""

from typing import Any, NamedTuple, Protocol

from api.database.query import Query
from api.identity.caller import Caller

Row = dict[str, Any]
"""Ids and times are strings or objects, depending on the backend; schemas accept both."""


class Found(NamedTuple):
    """The rows that a query read or wrote; for a page, also the length of the whole list."""

    rows: list[Row]
    total: int | None = None


class Backend(Protocol):
    """Runs queries as a caller, each in a transaction of its own.

    `deadline` is in the event loop's time.

    Raises:
        TimeoutError: the deadline has passed.
        NoAnswerError: the query changed nothing. The text names the kind of failure and contains
            no part of the query.
        ApiError: as `refusals.meaning` decides; `OUTCOME_UNKNOWN` if a write may or may not have
            happened.
        DatabaseError: as `refusals.meaning` decides.

    """

    async def run(self, query: Query, caller: Caller, deadline: float) -> Found:
        """Run a query that returns rows."""

    async def value(self, query: Query, caller: Caller, deadline: float) -> str | bytes:
        """Call a function that returns one value, and return that value as JSON text."""

    def for_reading(self) -> "Backend":
        """Return the backend for one request that only reads."""


class NoAnswerError(Exception):
    """The server is unreachable, the connection was lost, or the answer could not be read."""


class NotSentError(NoAnswerError):
    """As `NoAnswerError`, but nothing was sent: the query was not executed."""
