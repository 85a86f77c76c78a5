"""The backend that connects directly to Postgres, as `session_api`, with its own connection pool.

A read takes two round trips and a write three: one message that begins the transaction as the
caller, the prepared query, and the commit. A read's transaction is left open, and the next
request's first message ends it.

The login role may only become `session_api`. The role and the caller's claims last until the
transaction ends, so a connection never carries them from one caller to the next.
"""

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import asyncpg
from pydantic_core import to_json

from api.database import documents
from api.database.address import Address
from api.database.backend import Found, NoAnswerError, Row
from api.database.driver_errors import (
    NOT_ENCODED,
    NOT_PREPARED,
    REFUSED,
    STALE,
    UNKNOWN,
    may_not_become,
    not_prepared,
)
from api.database.pool import FAILED, Link, Pool
from api.database.query import Query
from api.database.refusals import NO_GRANT, OvertakenError, meaning, unanswered
from api.database.sql import (
    FOUND,
    READERS,
    TOTAL,
    TRANSACTION,
    Statement,
    rows_statement,
    value_statement,
)
from api.database.transaction import beginning
from api.identity.caller import Caller
from api.settings import Settings

if TYPE_CHECKING:
    from api.database.last_writes import LastWrites

LONGEST_COMMIT: Final = 2.0
"""Seconds to wait for a commit's answer, even past the deadline: else its outcome is unknown."""
MOST_STATEMENTS: Final = 200
"""Prepared statements kept per connection: more than there are shapes."""

Records = list["asyncpg.Record"]

MET: Final = "SELECT 1"
"""The status of a condition that returned one row."""


class UnmetError(NoAnswerError):
    """A read's condition was not met: `rows` is how many rows it returned, instead of one."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        super().__init__(f"the condition returned {rows} rows")


class Direct:
    """Postgres, without PostgREST.

    Args:
        settings: The API's.
        url: Where Postgres is. The first query connects.
        name: The setting that has this address.

    """

    def __init__(self, settings: Settings, url: str, name: str = "API_DATABASE_URL") -> None:
        self.journal: LastWrites | None = None
        """Is told of each write before it is committed."""
        self._address = Address(url, name)
        self._prepares = settings.api_database_prepared_statements
        self.pool = Pool(
            self._connect, settings.api_database_connections, settings.max_requests_in_progress
        )

    async def __aenter__(self) -> Self:
        """Do nothing yet: the database may be unreachable when the API starts."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close all connections."""
        await self.pool.close()

    def for_reading(self) -> Self:
        """Return this backend."""
        return self

    async def run(
        self, query: Query, caller: Caller, deadline: float, condition: str = ""
    ) -> Found:
        """Run a query that returns rows.

        `condition` is `;` and a `select` that must return one row, else nothing is read and
        `UnmetError` is raised. It costs no round trip.
        """
        is_traced = self.journal is not None
        statement = rows_statement(query.shape, is_traced=is_traced)
        records = await self._fetch(statement, query, caller, deadline, condition)
        if query.shape.is_page:
            return page(records)
        rows = [dict(record.items()) for record in records]
        if is_traced and not query.shape.only_reads:
            for row in rows:
                del row[TRANSACTION], row[READERS]
        return Found(rows)

    async def value(
        self, query: Query, caller: Caller, deadline: float, condition: str = ""
    ) -> str:
        """Call a function that returns one value, and return that value as JSON text."""
        statement = value_statement(query.shape)
        records = await self._fetch(statement, query, caller, deadline, condition)
        value: str | None = records[0][0]
        return "null" if value is None else value

    async def ask(self, question: str, deadline: float) -> str:
        """Return the one value of a query of the API's own, asked as the login role."""
        async with asyncio.timeout_at(deadline):
            link = await self.pool.acquire()
            link.is_used = True
            try:
                if link.ending:
                    await link.connection.execute(link.ending)
                value: str = await link.connection.fetchval(question)
            except REFUSED as error:
                raise self._refused(link, error) from None
            except BaseException:
                self.pool.undo(link)
                raise
        self.pool.release(link)
        return value

    async def _fetch(
        self, statement: Statement, query: Query, caller: Caller, deadline: float, condition: str
    ) -> Records:
        only_reads = query.shape.only_reads
        async with asyncio.timeout_at(deadline):
            link = await self._begin(query, caller, condition)
            try:
                records: Records = await link.connection.fetch(
                    statement.text, *statement.arguments(query.values)
                )
                if self.journal is not None and not only_reads and records:
                    # before the commit, so that anyone who reads after it finds the note
                    readers = {caller.user_id, *(records[0][READERS] or ())}
                    await self.journal.note(int(records[0][TRANSACTION]), readers)
            except REFUSED as error:
                raise self._refused(link, error) from None
            except BaseException:  # cancelled: by the deadline, or because the client has left
                self.pool.undo(link)
                raise
        # not bound by the deadline: giving up a commit leaves its outcome unknown
        if only_reads:
            self.pool.release(link, "commit;")
        else:
            await self._commit(link)
        return records

    async def _begin(self, query: Query, caller: Caller, condition: str) -> Link:
        """Begin the query's transaction, on a connection that is still open."""
        while True:
            link = await self.pool.acquire(caller.user_id)
            is_used, link.is_used = link.is_used, True
            try:
                status = await link.connection.execute(
                    link.ending + beginning(query, caller) + condition
                )
            except REFUSED as error:
                if is_used and link.connection.is_closed():
                    # closed while idle, by a restart or a firewall: nothing was executed
                    self.pool.discard(link)
                    continue
                if getattr(error, "sqlstate", "") == "42501":
                    self.pool.release(link, "rollback;")
                    raise may_not_become() from None
                raise self._refused(link, error) from None
            except BaseException:
                self.pool.undo(link)
                raise
            if condition and status != MET:
                self.pool.release(link, "commit;")
                raise UnmetError(int(status.rpartition(" ")[2]))
            return link

    async def _commit(self, link: Link) -> None:
        try:
            status = await link.connection.execute("commit", timeout=LONGEST_COMMIT)
        except asyncpg.PostgresError as error:
            if not error.sqlstate.startswith(UNKNOWN):
                raise self._refused(link, error) from None
            self.pool.discard(link)
            raise unanswered(error.sqlstate) from None
        except FAILED as error:
            self.pool.discard(link)
            raise unanswered(type(error).__name__) from None
        except BaseException:
            self.pool.discard(link)
            raise
        self.pool.release(link)
        if status != "COMMIT":
            raise NoAnswerError(status)

    def _refused(self, link: Link, error: Exception) -> Exception:
        """Decide what a refusal means, and whether the connection can be kept."""
        if not isinstance(error, asyncpg.PostgresError):
            self.pool.discard(link)
            return NoAnswerError(type(error).__name__)
        code = error.sqlstate
        if isinstance(error, STALE):
            # a table has changed since its queries were prepared
            self.pool.discard(link)
            self.pool.renew()
            return OvertakenError(code)
        if code == "25006":
            # the primary has become a replica
            self.pool.discard(link)
            self.pool.renew()
        elif code in NOT_PREPARED:
            self.pool.discard(link)
            return not_prepared(code)
        else:
            self.pool.release(link, "rollback;")
        if code == NOT_ENCODED:
            return meaning("22P02")
        column = f"{error.table_name}.{error.column_name}" if error.column_name else ""
        message = error.message or ""
        if code == "42501" and message.startswith("permission denied for "):
            return meaning(NO_GRANT)
        return meaning(code, error.constraint_name or column)

    async def _connect(self) -> "asyncpg.Connection[Any]":
        connection = await self._address.connect(
            statement_cache_size=MOST_STATEMENTS if self._prepares else 0,
            server_settings={"application_name": "session-api"},
        )
        try:
            for kind in ("json", "jsonb"):
                await connection.set_type_codec(
                    kind, schema="pg_catalog", encoder=json_text, decoder=documents.read
                )
        except BaseException as error:
            connection.terminate()
            code = getattr(error, "sqlstate", "")
            if code in NOT_PREPARED:
                raise not_prepared(code) from None
            if isinstance(error, FAILED):
                raise NoAnswerError(code or type(error).__name__) from None
            raise
        return connection


def page(records: Records) -> Found:
    """Split a page's result into its rows and its total."""
    rows = []
    for record in records:
        row: Row = dict(record.items())
        total = row.pop(TOTAL)
        if row.pop(FOUND):
            rows.append(row)
    return Found(rows, total)


def json_text(value: object) -> str:
    """Write a value for a JSON column."""
    return to_json(value).decode()
