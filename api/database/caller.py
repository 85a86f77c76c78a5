"""The database as one caller sees it.

Row-level security decides what is visible; `api.database.refusals` decides what an outcome means.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from api.database.backend import Backend, Found, NoAnswerError, Row
from api.database.claims import NOBODY
from api.database.query import Query, Shape, parameter, table
from api.database.refusals import NotReadyError, OvertakenError
from api.errors import ApiError, unavailable
from api.identity.caller import Caller
from api.observability.exchange import UpstreamRequest
from api.settings import Settings

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
Ask = Callable[[Query, Caller, float], Awaitable[Result]]

PAUSES: Final = (0.0, 0.1, 0.25, 0.5, 1.0)
"""Seconds after each attempt that PostgREST was not ready for."""
YES_OR_NO: Final = TypeAdapter(bool)
BASE_TABLE: Final = "session_api_idempotency_keys"
"""A table that is there whichever kinds are installed."""
IS_THERE: Final = Shape.of(table(BASE_TABLE).select("id").eq("id", parameter("id")))


class Slice(NamedTuple):
    """Some rows of a list, and how long the whole list is."""

    rows: list[Row]
    total: int


class Database:
    """The database on behalf of one caller, for the length of one request.

    Every method raises `ApiError` (`DATABASE_UNAVAILABLE`, `CONFLICT`, or `VALIDATION_ERROR` for a
    value that Postgres cannot store) or a `DatabaseError`. `deadline`, in the event loop's time, is
    one for all queries of the request: the caller waits once.
    """

    __slots__ = ("backend", "caller", "conceals_existence", "deadline")

    def __init__(
        self, backend: Backend, caller: Caller, deadline: float, *, conceals_existence: bool
    ) -> None:
        self.backend = backend
        self.caller = caller
        self.deadline = deadline
        self.conceals_existence = conceals_existence

    @property
    def caller_id(self) -> UUID:
        """Return the id of the user who calls."""
        return self.caller.user_id

    async def rows(self, query: Query) -> list[Row]:
        """Return the rows that the query reads or has written, none if it touched none."""
        return (await self._run(query)).rows

    async def row(self, query: Query) -> Row | None:
        """Return the one row that the query reads or has written.

        `None` means that there was none: hidden by a policy, absent, or not in the state that the
        query's filters ask for. For a write that is never a success.
        """
        found = await self.rows(query)
        return found[0] if found else None

    async def insert(self, query: Query) -> Row:
        """Insert one row, and return it as the database completed it.

        Raises:
            ApiError: also `CONFLICT`, when the new row is not the caller's to see.

        """
        created = await self.row(query)
        if created is None:
            raise ApiError("CONFLICT")
        return created

    async def slice(self, query: Query) -> Slice:
        """Return `limit` rows from `offset` on, and the total. The query's shape is a page."""
        found = await self._run(query)
        if found.total is None:
            raise TypeError("a slice needs a query built with count=CountMethod.exact")
        return Slice(found.rows, found.total)

    async def value(self, query: Query, result: TypeAdapter[Result]) -> Result:
        """Call a function that only reads, and return its one value, read by the adapter."""
        content = await self._send(self.backend.value, query)
        try:
            return result.validate_json(content)
        except ValidationError:
            logger.error(  # noqa: TRY400 - nothing to trace
                "%s is not what these migrations make: apply them", query.shape.relation
            )
            raise unavailable() from None

    async def _run(self, query: Query) -> Found:
        return await self._send(self.backend.run, query)

    async def _send(self, ask: Ask[Result], query: Query) -> Result:
        try:
            return await self._attempt(ask, query)
        except OvertakenError:
            pass
        try:
            return await self._attempt(ask, query)
        except OvertakenError:
            raise ApiError("CONFLICT") from None

    async def _attempt(self, ask: Ask[Result], query: Query) -> Result:
        """Ask, and again while PostgREST is not ready and there is time."""
        for pause in PAUSES:
            try:
                return await self._ask(ask, query)
            except NotReadyError as error:
                code = error.code
            if asyncio.get_running_loop().time() + pause >= self.deadline:
                break
            await asyncio.sleep(pause)
        logger.warning("PostgREST is not ready: %s", code)
        raise unavailable()

    async def _ask(self, ask: Ask[Result], query: Query) -> Result:
        try:
            with UpstreamRequest():
                return await ask(query, self.caller, self.deadline)
        except (NoAnswerError, OSError) as error:
            # OSError includes TimeoutError, the deadline's
            reason = str(error) if isinstance(error, NoAnswerError) else type(error).__name__
            logger.warning("the database cannot be reached: %s", reason)
            raise unavailable() from None


class Upstream:
    """The database as all callers of the process share it."""

    def __init__(self, settings: Settings, backend: Backend) -> None:
        self._backend = backend
        self._timeout = settings.database_timeout
        self._conceals_existence = settings.conceal_existence

    def as_caller(self, caller: Caller) -> Database:
        """Make the database as this caller sees it, for one request that begins now."""
        deadline = asyncio.get_running_loop().time() + self._timeout
        return Database(
            self._backend, caller, deadline, conceals_existence=self._conceals_existence
        )

    async def check(self) -> None:
        """Ask the database something, as nobody in particular.

        Raises `ApiError` or `DatabaseError` unless the database is there, lets the API in, and has
        the migrations; which of them is missing, the doctor says.
        """
        await self.as_caller(NOBODY).rows(IS_THERE.query(id=NOBODY.user_id))
