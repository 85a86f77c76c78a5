"""Which database is a user's: the project's, or that of the cell which their token names.

A cell is a whole project, with its own Postgres; see `docs/decisions/0015-cells.md`.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Protocol

from api.database.caller import Database, Upstream
from api.errors import ApiError
from api.identity.caller import Caller
from api.observability import exchange, metrics

logger = logging.getLogger(__name__)


class Databases(Protocol):
    """Finds each user's database. A single project's `Upstream` is one, and so are `Cells`."""

    def as_caller(self, caller: Caller, *, only_reads: bool = False) -> Database:
        """Return the caller's database, for one request that begins now.

        `only_reads`: whether the request changes nothing, so that a replica may answer it.

        Raises:
            ApiError: `UNKNOWN_CELL`.

        """

    async def check(self) -> None:
        """Raise `ApiError` or `DatabaseError` unless users can be served."""


class Cells:
    """Several projects. A request reaches the one that its caller's verified token names."""

    def __init__(self, cells: Mapping[str, Upstream]) -> None:
        self._cells = cells

    def as_caller(self, caller: Caller, *, only_reads: bool = False) -> Database:
        """Return the database of the caller's cell."""
        upstream = self._cells.get(caller.cell)
        if upstream is None:
            raise ApiError("UNKNOWN_CELL")
        exchange.cell(caller.cell)
        return upstream.as_caller(caller, only_reads=only_reads)

    async def check(self) -> None:
        """Raise what one of the cells raises, if none of them can serve its users.

        While one can, the process is ready: an outage of one cell must not reach the others' users.
        """
        asked = (upstream.check() for upstream in self._cells.values())
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        for name, outcome in zip(self._cells, outcomes, strict=True):
            metrics.CELL_READY.labels(name).set(outcome is None)
            if outcome is not None:
                logger.warning("cell %s cannot serve its users: %s", name, outcome)
        if all(isinstance(outcome, Exception) for outcome in outcomes):
            raise next(filter(None, outcomes))
