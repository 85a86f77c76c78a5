"""Sessions that belong to one user: what study, interview and chat sessions share.

A kind declares one `OwnedSessions` and adds its schemas, its rules and its routes.
"""

from collections.abc import Mapping
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from fastapi import Request
from postgrest import AsyncSelectRequestBuilder, CountMethod
from pydantic import BaseModel, Field

from api.database.caller import ConstraintError, Database, Row
from api.dependencies import CallerDatabase
from api.errors import ApiError, Code, user_is_gone
from api.schemas.pagination import Page, PageQuery
from api.sessions import access
from api.sessions.access import SessionId

Session = TypeVar("Session", bound=BaseModel)

NOT_THERE: tuple[Code, Code] = ("SESSION_NOT_FOUND", "NOT_OWNER")


class SortedQuery(PageQuery):
    """Which part of a list, and which end of it first."""

    sort_order: Literal["asc", "desc"] = Field(
        "desc", description="`desc`: newest first.", examples=["desc"]
    )


class OwnedSessions(Generic[Session]):
    """The sessions of one kind, as their owner sees them.

    Row-level security confines every query to the caller's own rows; nothing here asks again whose
    a row is.

    Args:
        kind: The kind's one word; its table is `<kind>_sessions`.
        owner: The column that holds the owner's id.
        answer: The schema of a session, made from a row.
        columns: What PostgREST selects for one. All of the table's, as long as the API may read
            them all: a list of eight names costs PostgREST as much again as the whole request.
        refusals: What a constraint of the table means to a client.

    """

    def __init__(
        self,
        kind: access.Kind,
        *,
        owner: str,
        answer: type[Session],
        columns: str = "*",
        refusals: Mapping[str, Code] | None = None,
    ) -> None:
        self.kind = kind
        self.table = f"{kind}_sessions"
        self.owner = owner
        self.answer = answer
        self.columns = columns
        self.refusals = refusals or {}

    async def page(
        self,
        database: Database,
        query: PageQuery,
        request: Request,
        *,
        sort_by: str = "created_at",
        sort_order: Literal["asc", "desc"] = "desc",
    ) -> Page[Session]:
        """List the caller's sessions, one page of them."""
        newest_first = sort_order == "desc"
        sessions = (
            self.session(database.table(self.table).select(count=CountMethod.exact))
            .order(sort_by, desc=newest_first)
            .order("id", desc=newest_first)
        )
        found = await database.slice(sessions, limit=query.limit, offset=query.offset)
        items = [self.answer.model_validate(row) for row in found.rows]
        return Page[Session].of(items, found.total, query, request)

    async def create(self, database: Database, values: Mapping[str, Any]) -> Session:
        """Insert a session of the caller's, and return it as the database completed it.

        Raises:
            ApiError: what `refusals` says, or `NOT_AUTHENTICATED` when the token outlived its user.

        """
        row = {**values, self.owner: str(database.caller_id)}
        try:
            created = await database.row(self.session(database.table(self.table).insert(row)))
        except ConstraintError as error:
            raise self.refusal(error) from None
        if created is None:
            raise ApiError("CONFLICT")
        return self.answer.model_validate(created)

    async def get_authorized_session(
        self, session_id: SessionId, database: CallerDatabase
    ) -> Session:
        """Return the caller's session of that id: the dependency of session-scoped routes.

        Raises:
            ApiError: `SESSION_NOT_FOUND`, or `NOT_OWNER` for somebody else's.

        """
        session = await self.first(
            database, database.table(self.table).select().eq("id", session_id)
        )
        if session is None:
            raise await access.refusal(database, self.kind, session_id)
        return session

    async def change(
        self,
        database: Database,
        session_id: UUID,
        values: Mapping[str, Any],
        expect: Mapping[str, Any],
    ) -> Session | None:
        """Write `values` if the session still is as `expect` says.

        Returns:
            The session as written; `None` when it is gone or not in that state any more.

        """
        update = database.table(self.table).update(dict(values)).eq("id", session_id)
        for column, value in expect.items():
            update = update.eq(column, value)
        return await self.first(database, update)

    async def delete(self, database: Database, session_id: UUID) -> None:
        """Delete a session, with all that hangs on it.

        Raises:
            ApiError: `SESSION_NOT_FOUND`, or `NOT_OWNER` for somebody else's.

        """
        deleted = await database.row(
            database.table(self.table).delete().eq("id", session_id).select("id")
        )
        if deleted is None:
            raise await access.refusal(database, self.kind, session_id)

    async def first(self, database: Database, query: AsyncSelectRequestBuilder) -> Session | None:
        """Return the query's one session, if there is one."""
        row: Row | None = await database.row(self.session(query))
        return None if row is None else self.answer.model_validate(row)

    def session(self, query: AsyncSelectRequestBuilder) -> AsyncSelectRequestBuilder:
        """Let the query return sessions' columns.

        `select(columns)` would do the same, and go through their names letter by letter each time.
        """
        query.request.params = query.request.params.set("select", self.columns)
        return query

    def refusal(self, error: ConstraintError) -> ApiError | ConstraintError:
        """Say what the constraint means; one that nobody foresaw stays what it is."""
        if error.name == f"{self.table}_{self.owner}_fkey":
            return user_is_gone()
        code = self.refusals.get(error.name)
        return ApiError(code) if code else error
