"""The database as one caller sees it: PostgREST, with a token that says who is asking.

Row-level security decides what is visible; this module decides what an outcome means. Whatever
PostgREST, Postgres or the network answer becomes rows, one of the errors below, or
`DATABASE_UNAVAILABLE`. None of their words reaches a client.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

import httpx
from cachetools import LRUCache
from postgrest import (
    APIError,
    APIResponse,
    AsyncPostgrestClient,
    AsyncRequestBuilder,
    AsyncSelectRequestBuilder,
)

from api.errors import ApiError, FieldError, invalid, unavailable
from api.exchange import UpstreamRequest
from api.settings import Settings
from api.tokens import TokenMint
from api.wire import Wire

logger = logging.getLogger(__name__)

Row = dict[str, Any]

NOBODY: Final = UUID(int=0)
MOST_CLIENTS: Final = 2_000
"""Callers whose client of postgrest-py is kept as long as their token is used."""


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

    request: Any

    async def execute(self) -> APIResponse:
        """Send it."""


class Once(Protocol):
    """What stands in an insert's way when the request may have been here before."""

    async def insert(
        self, query: Query, send: Callable[[Query], Awaitable[APIResponse]]
    ) -> APIResponse:
        """Send an insert, or give what an earlier one has created."""


class Database:
    """PostgREST on behalf of one caller, for the length of one request.

    Every method that sends a query raises `ApiError` (`DATABASE_UNAVAILABLE`, `CONFLICT`, or
    `VALIDATION_ERROR` for a value that Postgres cannot store) or a `DatabaseError`. `deadline`, in
    the event loop's time, is one for all queries of the request: the caller waits once.
    """

    def __init__(
        self,
        client: AsyncPostgrestClient,
        caller_id: UUID,
        *,
        deadline: float,
        conceal_existence: bool,
    ) -> None:
        self._client = client
        self.caller_id = caller_id
        self._deadline = deadline
        self.conceal_existence = conceal_existence
        self.once: Once | None = None

    def table(self, name: str) -> AsyncRequestBuilder:
        """Start a query on a table or a view; hand it to one of the methods below."""
        return self._client.from_(name)

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

    async def call(self, function: str, arguments: Mapping[str, str]) -> Any:
        """Call a function that only reads, and return its result."""
        return (await self._send(self._client.rpc(function, dict(arguments), get=True))).data

    async def _send(self, query: Query) -> APIResponse:
        if self.once is not None and query.request.http_method == "POST":
            return await self.once.insert(query, self._send_again)
        return await self._send_again(query)

    async def _send_again(self, query: Query) -> APIResponse:
        try:
            return await self._attempt(query)
        except OvertakenError:
            pass
        try:
            return await self._attempt(query)
        except OvertakenError:
            raise ApiError("CONFLICT") from None

    async def _attempt(self, query: Query) -> APIResponse:
        # `from None` throughout: the originals carry the failing row, which no log may hold
        try:
            async with asyncio.timeout_at(self._deadline):
                with UpstreamRequest():
                    return await query.execute()
        except APIError as error:
            raise meaning(error) from None
        except (httpx.HTTPError, OSError) as error:
            # OSError includes TimeoutError, the deadline's
            logger.warning("PostgREST cannot be reached: %s", type(error).__name__)
            raise unavailable() from None


def rows(answer: APIResponse) -> list[Row]:
    """Take the rows out of PostgREST's answer."""
    data: Any = answer.data
    if not isinstance(data, list):
        # something else answers 200 at that address, with a page of its own
        logger.error("what answers is not PostgREST: check SUPABASE_URL or POSTGREST_URL")
        raise unavailable()
    return data


def total(answer: APIResponse) -> int:
    """Take the exact count out of PostgREST's answer."""
    if answer.count is None:
        raise ValueError("a slice needs a query built with count=CountMethod.exact")
    return answer.count


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


def meaning(error: APIError) -> ApiError | DatabaseError:
    """Decide what PostgREST's refusal means, by its code."""
    code = error.code or ""
    if code == "42501":
        return DeniedError(code)
    if code in ("PGRST103", "416"):
        return RangeError(code)
    if code.startswith(CONSTRAINT):
        return ConstraintError(code, constraint_name(error.message or ""))
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
    """The process's one pool of connections to PostgREST, shared by all callers.

    The pool holds no caller's identity. Whose a request is stands in the headers of a client made
    for one token, kept under that token and never changed.
    """

    def __init__(self, settings: Settings, mint: TokenMint, http: httpx.AsyncClient) -> None:
        self._url = settings.postgrest_url
        self._key = settings.supabase_publishable_key
        self._timeout = settings.database_timeout
        self._conceal_existence = settings.conceal_existence
        self._mint = mint
        self._http = http
        self._clients: LRUCache[str, AsyncPostgrestClient] = LRUCache(MOST_CLIENTS)

    def as_caller(self, user_id: UUID) -> Database:
        """Make the database as this user sees it, for one request that begins now."""
        token = self._mint.token_for(user_id)
        client = self._clients.get(token)
        if client is None:
            client = self._clients[token] = self._client(token)
        return Database(
            client,
            user_id,
            deadline=asyncio.get_running_loop().time() + self._timeout,
            conceal_existence=self._conceal_existence,
        )

    def _client(self, token: str) -> AsyncPostgrestClient:
        headers = {"Authorization": f"Bearer {token}"}
        if self._key:
            headers["apikey"] = self._key
        return AsyncPostgrestClient(
            self._url,
            headers=headers,
            http_client=self._http,
            # its retries wait for 1, 2 and 4 s; the caller gets a 503 with Retry-After instead
            retry_enabled=False,
        )

    async def check(self) -> None:
        """Ask the database something, as nobody in particular.

        Raises `ApiError` or `DatabaseError` unless PostgREST, Postgres, the API's token and the
        migrations are all in place.
        """
        arguments = {"kind": "wingman", "session_id": str(NOBODY)}
        await self.as_caller(NOBODY).call("session_exists", arguments)


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Open the process's one HTTP client, for PostgREST and for the project's public keys."""
    async with Wire(
        settings.postgrest_url,
        connections=settings.database_connections,
        timeout=settings.database_timeout,
        # one caller's cookies must never go out with another's request
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        trust_env=False,  # no proxy and no netrc file decide where the tokens go
    ) as http:
        yield http
