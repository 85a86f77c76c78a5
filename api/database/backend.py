"""What the API asks of a backend: PostgREST, or Postgres itself."""

from typing import Any, NamedTuple, Protocol

from api.database.query import Query
from api.identity.caller import Caller

Row = dict[str, Any]
"""Ids and times are text or objects, by backend: schemas read both alike."""


class Found(NamedTuple):
    """The rows that a query reads or has written; of a page also the whole list's length."""

    rows: list[Row]
    total: int | None = None


class Backend(Protocol):
    """Runs queries as a caller, each in a transaction of its own.

    `deadline` is in the event loop's time.

    Raises:
        TimeoutError: the deadline has passed.
        NoAnswerError: the query changed nothing; the text is the kind of failure, and holds
            nothing of what was asked.
        ApiError: what `refusals.meaning` says, and `OUTCOME_UNKNOWN` when nobody can know whether
            a write happened.
        DatabaseError: likewise.

    """

    async def run(self, query: Query, caller: Caller, deadline: float) -> Found:
        """Run a query that gives rows."""

    async def value(self, query: Query, caller: Caller, deadline: float) -> str | bytes:
        """Call a function that gives one value, and return it as JSON text."""


class NoAnswerError(Exception):
    """There is nobody at the address, the connection was lost, or what came makes no sense."""


class NotSentError(NoAnswerError):
    """The same, and nothing was sent: the query has not been executed."""
