"""The database as one caller sees it: PostgREST, with a token that says who is asking.

Row-level security decides what is visible; this module decides what an outcome means. Whatever
PostgREST, Postgres or the network answer becomes rows, one of the errors below, or
`DATABASE_UNAVAILABLE`. None of their words reaches a client.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple, Protocol, TypeVar
from uuid import UUID

import httpx
from postgrest import AsyncPostgrestClient, AsyncRequestBuilder, AsyncSelectRequestBuilder
from postgrest.base_request_builder import RequestConfig
from postgrest.exceptions import APIErrorFromJSON
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from api.database.tokens import TokenMint
from api.database.wire import Answer, NoAnswerError, Wire
from api.errors import ApiError, FieldError, invalid, unavailable
from api.observability.exchange import UpstreamRequest
from api.settings import Settings

logger = logging.getLogger(__name__)

Row = dict[str, Any]
Result = TypeVar("Result")

YES_OR_NO: Final = TypeAdapter(bool)
NOBODY: Final = UUID(int=0)


class DatabaseError(Exception):
    """The database refused, in a way that this module cannot judge.

    A service that foresees it catches it; otherwise it is a fault of ours and becomes a 500.
    `code` is the SQLSTATE or PostgREST's code. The message is not kept: it may hold users' data.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class ConstraintError(DatabaseError):
    """A constraint refused the row; `name` is the constraint's."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(code)
        self.name = name

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class DeniedError(DatabaseError):
    """A policy or a missing grant refused the write."""


class RangeError(DatabaseError):
    """The offset lies past the end of the list."""


class OvertakenError(DatabaseError):
    """Postgres undid the whole statement because of a concurrent one; it can be sent again."""


class Slice(NamedTuple):
    """Some rows of a list, and how long the whole list is."""

    rows: list[Row]
    total: int


class Query(Protocol):
    """A query as postgrest-py builds it."""

    request: RequestConfig[Any]


class Once(Protocol):
    """What stands in an insert's way when the request may have been here before."""

    async def insert(self, query: Query, send: Callable[[Query], Awaitable[Answer]]) -> Answer:
        """Send an insert, or give what an earlier one has created."""


class Database:
    """PostgREST on behalf of one caller, for the length of one request.

    Every method that sends a query raises `ApiError` (`DATABASE_UNAVAILABLE`, `CONFLICT`, or
    `VALIDATION_ERROR` for a value that Postgres cannot store) or a `DatabaseError`. `deadline`, in
    the event loop's time, is one for all queries of the request: the caller waits once.
    """

    def __init__(
        self, upstream: "Upstream", caller_id: UUID, headers: Mapping[str, str], deadline: float
    ) -> None:
        self.caller_id = caller_id
        self.conceal_existence = upstream.conceal_existence
        self.once: Once | None = None
        self._upstream = upstream
        self._headers = headers
        self._deadline = deadline

    def table(self, name: str) -> AsyncRequestBuilder:
        """Start a query on a table or a view; hand it to one of the methods below."""
        return self._upstream.table(name)

    def function(self, name: str, arguments: Mapping[str, str]) -> Query:
        """Make the call of a function that writes; hand it to one of the methods below."""
        return self._upstream.function(name, arguments)

    async def rows(self, query: Query) -> list[Row]:
        """Return the rows that the query reads or has written, none if it touched none."""
        return rows(await self._send(query))

    async def row(self, query: Query) -> Row | None:
        """Return the one row that the query reads or has written.

        `None` means that there was none: hidden by a policy, absent, or not in the state that the
        query's filters ask for. For a write that is never a success.
        """
        found = await self.rows(query)
        return found[0] if found else None

    async def slice(self, query: AsyncSelectRequestBuilder, *, limit: int, offset: int) -> Slice:
        """Return `limit` rows from `offset` on, and the total.

        The query is built with `count=CountMethod.exact`. One request, except past the end.
        """
        unlimited = query.request.params
        try:
            answer = await self._send(query.limit(limit).offset(offset))
        except RangeError:
            # PostgREST tells the total only together with rows
            query.request.params = unlimited
            answer = await self._send(query.limit(1))
            return Slice([], total(answer))
        return Slice(rows(answer), total(answer))

    async def call(
        self, function: str, arguments: Mapping[str, str], result: TypeAdapter[Result]
    ) -> Result:
        """Call a function that only reads, and return its result, read by the adapter."""
        answer = await self._send(self._upstream.function(function, arguments, get=True))
        try:
            return result.validate_json(answer.content)
        except ValidationError:
            raise not_postgrest() from None

    async def _send(self, query: Query) -> Answer:
        if self.once is not None and query.request.http_method == "POST":
            return await self.once.insert(query, self._send_again)
        return await self._send_again(query)

    async def _send_again(self, query: Query) -> Answer:
        try:
            return await self._attempt(query)
        except OvertakenError:
            pass
        try:
            return await self._attempt(query)
        except OvertakenError:
            raise ApiError("CONFLICT") from None

    async def _attempt(self, query: Query) -> Answer:
        try:
            async with asyncio.timeout_at(self._deadline):
                with UpstreamRequest():
                    answer = await self._upstream.wire.send(query.request, self._headers)
        except (NoAnswerError, OSError) as error:
            # OSError includes TimeoutError, the deadline's
            reason = str(error) if isinstance(error, NoAnswerError) else type(error).__name__
            logger.warning("PostgREST cannot be reached: %s", reason)
            raise unavailable() from None
        if not answer.is_success:
            raise refusal(answer)
        return answer


def rows(answer: Answer) -> list[Row]:
    """Take the rows out of PostgREST's answer."""
    try:
        found = from_json(answer.content)
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise not_postgrest()
    return found


def total(answer: Answer) -> int:
    """Take the exact count out of PostgREST's answer: what follows the range, `0-19/100`."""
    count = answer.headers.get("Content-Range", "").rpartition("/")[2]
    if not count.isdecimal():
        raise ValueError("a slice needs a query built with count=CountMethod.exact")
    return int(count)


def not_postgrest() -> ApiError:
    """Say that something else answers 200 at that address, or has another schema."""
    logger.error(
        "what answers is not PostgREST with these migrations: check SUPABASE_URL or POSTGREST_URL"
    )
    return unavailable()


# What outcomes mean ------------------------------------------------------------------------------

# SQLSTATE classes and codes, PostgREST's codes, and the statuses of a gateway that answers without
# a code. Each is a prefix.
AWAY: Final = (
    "08",  # the connection failed
    "25006",  # read-only: a replica, or a project whose disk is full
    "53",  # too many connections, out of memory, disk full
    "55P03",  # a lock was not to be had
    "57",  # shut down, starting, or the statement took too long
    "58",  # the system below Postgres failed
    "PGRST00",  # PostgREST has no connection
    "429",
    "50",  # a gateway's 500, 502, 503, 504
    "52",  # and 520 to 527
)
UNSTORABLE: Final = (
    "22001",  # too long
    "22003",  # out of range
    "22007",  # not a date
    "22008",  # no such date
    "22021",  # not a character
    "22P02",  # not of this type
    "22P05",  # NUL
)
CONSTRAINT: Final = ("23",)
OVERTAKEN: Final = ("40001", "40P01")
NOT_TRUSTED: Final = ("PGRST3", "22023", "28", "401", "403")
NOT_MIGRATED: Final = ("PGRST106", "PGRST2", "42P01", "42703", "42883", "404")


def refusal(answer: Answer) -> ApiError | DatabaseError:
    """Decide what PostgREST's refusal means, or that of a gateway before it."""
    try:
        error = APIErrorFromJSON.model_validate_json(answer.content)
    except ValidationError:
        return meaning(str(answer.status))
    return meaning(error.code or "", error.message or "")


def meaning(code: str, message: str = "") -> ApiError | DatabaseError:
    """Decide what a refusal means, by its code. Its message may hold a row: nobody is told it."""
    if code == "42501":
        return DeniedError(code)
    if code in ("PGRST103", "416"):
        return RangeError(code)
    if code.startswith(CONSTRAINT):
        return ConstraintError(code, constraint_name(message))
    if code.startswith(OVERTAKEN):
        return OvertakenError(code)
    if code.startswith(UNSTORABLE):
        return invalid(FieldError(field="body", message="A value cannot be stored as it is."))
    if code.startswith(AWAY):
        logger.warning("the database is not available: %s", code)
        return unavailable()
    if code.startswith(NOT_TRUSTED):
        logger.error(
            "PostgREST refuses the API's token (%s): SUPABASE_JWT_SECRET or "
            "SESSION_API_SIGNING_KEY must be one that it trusts, SUPABASE_PUBLISHABLE_KEY the "
            "project's, and the role session_api granted to authenticator",
            code,
        )
        return unavailable()
    if code.startswith(NOT_MIGRATED):
        logger.error(
            "PostgREST does not know a table, column or function (%s): apply the migrations, "
            "and let it reload its schema cache",
            code,
        )
        return unavailable()
    if not code:  # a gateway in front of PostgREST answers without one
        logger.error("the gateway before PostgREST refuses the API: check SUPABASE_PUBLISHABLE_KEY")
        return unavailable()
    return DatabaseError(code)


def constraint_name(message: str) -> str:
    """Read the constraint's name from Postgres's message, empty if it names none."""
    found = re.search(r'constraint "([^"]+)"', message)
    return found[1] if found else ""


# The process's connections -----------------------------------------------------------------------


class Upstream:
    """PostgREST, as all callers of the process share it: its address, and connections to it.

    Nothing here holds a caller's identity. Whose a request is stands in the headers of the one
    `Database` that sends it.
    """

    def __init__(
        self, settings: Settings, mint: TokenMint, wire: Wire, http: httpx.AsyncClient
    ) -> None:
        """Take what sends, and an `http` that postgrest-py wants and nobody sends with."""
        key = settings.supabase_publishable_key
        queries = AsyncPostgrestClient(
            settings.postgrest_url, headers={"apikey": key} if key else {}, http_client=http
        )
        # they go out with every request, instead of being copied into every query
        self._headers = dict(queries.headers)
        queries.headers = httpx.Headers()
        self._queries = queries
        self._mint = mint
        self._timeout = settings.database_timeout
        self.wire = wire
        self.conceal_existence = settings.conceal_existence
        self.table = cache(queries.from_)

    def function(self, name: str, arguments: Mapping[str, str], *, get: bool = False) -> Query:
        """Make the call of a function, by `get` one that only reads."""
        return self._queries.rpc(name, dict(arguments), get=get)

    def as_caller(self, user_id: UUID) -> Database:
        """Make the database as this user sees it, for one request that begins now."""
        headers = self._headers | {"Authorization": f"Bearer {self._mint.token_for(user_id)}"}
        deadline = asyncio.get_running_loop().time() + self._timeout
        return Database(self, user_id, headers, deadline)

    async def check(self) -> None:
        """Ask the database something, as nobody in particular.

        Raises `ApiError` or `DatabaseError` unless PostgREST, Postgres and the API's token are in
        place, and migrations applied; which of them, the doctor says.
        """
        arguments = {"kind": "wingman", "session_id": str(NOBODY)}
        await self.as_caller(NOBODY).call("session_exists", arguments, YES_OR_NO)
