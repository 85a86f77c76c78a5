"""The database as one caller sees it.

Row-level security decides what is visible; `api.database.refusals` decides what an outcome means.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from api.database.backend import Backend, Found, NoAnswerError, Row
from api.database.claims import NOBODY
from api.database.query import Query, Shape, parameter, table
from api.database.refusals import NotReadyError, OvertakenError
from api.errors import ApiError, outcome_unknown, unavailable
from api.identity.caller import Caller
from api.observability import exchange
from api.settings import Settings

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
Ask = Callable[[Query, Caller, float], Awaitable[Result]]

PAUSES: Final = (0.0, 0.1, 0.25, 0.5, 1.0)
"""Seconds to wait after each attempt for which PostgREST was not ready."""
YES_OR_NO: Final = TypeAdapter(bool)
BASE_TABLE: Final = "session_api_idempotency_keys"
"""A table that exists whichever kinds are installed."""
IS_THERE: Final = Shape.of(table(BASE_TABLE).select("id").eq("id", parameter("id")))


class Slice(NamedTuple):
    """Some rows of a list, and the length of the whole list."""

    rows: list[Row]
    total: int


class Database:
    """The database on behalf of one caller, for the length of one request.

    Every method raises `ApiError` (`DATABASE_UNAVAILABLE`, `CONFLICT`, or `VALIDATION_ERROR` for a
    value that Postgres cannot store; `OUTCOME_UNKNOWN` if the request has or may have written
    something) or a `DatabaseError`. `deadline`, in the event loop's time, is
    shared by all queries of the request.
    """

    __slots__ = ("backend", "caller", "conceals_existence", "deadline", "has_written")

    def __init__(
        self, backend: Backend, caller: Caller, deadline: float, *, conceals_existence: bool
    ) -> None:
        self.backend = backend
        self.caller = caller
        self.deadline = deadline
        self.conceals_existence = conceals_existence
        self.has_written = False

    @property
    def caller_id(self) -> UUID:
        """Return the id of the user who calls."""
        return self.caller.user_id

    async def rows(self, query: Query) -> list[Row]:
        """Return the rows that the query read or wrote, which may be none."""
        found: Found = await self._send(self.backend.run, query)
        if found.rows and not query.shape.only_reads:
            self.has_written = True
        return found.rows

    async def row(self, query: Query) -> Row | None:
        """Return the one row that the query read or wrote.

        `None` means that no row matched: it is hidden by a policy, absent, or not in the state that
        the query's filters require. A write that returns `None` has failed.
        """
        found = await self.rows(query)
        return found[0] if found else None

    async def insert(self, query: Query) -> Row:
        """Insert one row, and return it as the database completed it.

        Raises:
            ApiError: also `REFUSED_BY_PROJECT`, when a trigger of the project drops the row.

        """
        created = await self.row(query)
        if created is None:
            logger.warning("a trigger of the project dropped a new row without an error")
            raise ApiError("REFUSED_BY_PROJECT")
        return created

    async def slice(self, query: Query) -> Slice:
        """Return `limit` rows from `offset`, and the total. The query's shape must be a page."""
        found = await self._send(self.backend.run, query)
        if found.total is None:
            raise TypeError("a slice needs a query built with count=CountMethod.exact")
        return Slice(found.rows, found.total)

    async def value(self, query: Query, result: TypeAdapter[Result]) -> Result:
        """Call a read-only function, and return its one value, parsed by the adapter."""
        content = await self._send(self.backend.value, query)
        try:
            return result.validate_json(content)
        except ValidationError:
            logger.error(  # noqa: TRY400 - nothing to trace
                "%s does not match the migrations: apply them", query.shape.relation
            )
            raise unavailable() from None

    async def _send(self, ask: Ask[Result], query: Query) -> Result:
        try:
            try:
                return await self._attempt(ask, query)
            except OvertakenError:
                return await self._attempt(ask, query)
        except OvertakenError:
            raise ApiError("CONFLICT") from None
        except ApiError as error:
            if self.has_written and error.code == "DATABASE_UNAVAILABLE":
                # which would say that nothing has happened
                raise outcome_unknown() from None
            raise

    async def _attempt(self, ask: Ask[Result], query: Query) -> Result:
        """Run a query; retry while PostgREST is not ready and there is time."""
        for pause in PAUSES:
            began = time.perf_counter_ns()
            try:
                return await ask(query, self.caller, self.deadline)
            except NotReadyError as error:
                code = error.code
            except (NoAnswerError, OSError) as error:
                # OSError includes TimeoutError, which the deadline raises
                reason = str(error) if isinstance(error, NoAnswerError) else type(error).__name__
                logger.warning("the database cannot be reached: %s", reason)
                raise unavailable() from None
            finally:
                exchange.upstream(began)
            if asyncio.get_running_loop().time() + pause >= self.deadline:
                break
            await asyncio.sleep(pause)
        logger.warning("PostgREST is not ready: %s", code)
        raise unavailable()


class Upstream:
    """The database, shared by all callers of the process."""

    def __init__(self, settings: Settings, backend: Backend) -> None:
        self._backend = backend
        self._timeout = settings.database_timeout
        self._conceals_existence = settings.conceal_existence

    def as_caller(self, caller: Caller, *, only_reads: bool = False) -> Database:
        """Return the database as this caller sees it, for one request that begins now.

        `only_reads`: whether the request changes nothing, so that a replica may answer it.
        """
        deadline = asyncio.get_running_loop().time() + self._timeout
        backend = self._backend.for_reading() if only_reads else self._backend
        return Database(backend, caller, deadline, conceals_existence=self._conceals_existence)

    async def check(self) -> None:
        """Check that the database can serve the API, on behalf of no user.

        Raises `ApiError` or `DatabaseError` unless the database is reachable, accepts the API, and
        has the migrations. `session-api doctor` tells which is missing.
        """
        await self.as_caller(NOBODY).rows(IS_THERE.query(id=NOBODY.user_id))
