"""Sessions that belong to one user: what study, interview and chat sessions share.

A kind declares one `OwnedSessions` and adds its schemas, its rules and its routes.
"""

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final, Generic, Literal, TypeVar
from uuid import UUID

from postgrest import AsyncSelectRequestBuilder, CountMethod
from pydantic import BaseModel, Field

from api.database.caller import Database
from api.database.query import Query, Shape, parameter, table
from api.database.refusals import ConstraintError
from api.errors import ApiError, Code, user_is_gone
from api.http.etags import ANY_VERSION, Versions
from api.kinds import KINDS, KindName
from api.schemas.pagination import PageQuery
from api.sessions import access

Session = TypeVar("Session", bound=BaseModel)

MAX_ROUNDS: Final = 5
"""How often a change is retried after a concurrent one."""


class SortedQuery(PageQuery):
    """Which part of a list, and in which order."""

    sort_order: Literal["asc", "desc"] = Field(
        "desc", description="`desc`: newest first.", examples=["desc"]
    )


def owner_of(kind: KindName) -> str:
    """Return the column that holds the owner's id.

    Raises:
        ValueError: users share sessions of this kind.

    """
    owner = KINDS[kind].owner
    if owner is None:
        raise ValueError(f"{kind} sessions have no single owner")
    return owner


class OwnedSessions(Generic[Session]):
    """The sessions of one kind, as their owner sees them.

    Row-level security limits every query to the caller's own rows; nothing here checks ownership
    again.

    Args:
        kind: The kind's name; its table is `<kind>_sessions`.
        answer: The schema of a session, made from a row.
        embeds: Rows of other tables in an answer, in the syntax of PostgREST's `select`.
        joins: The foreign key of each of these.
        refusals: The error for each constraint of the table, and the body's field that caused it.
        version: The columns that a session's `version` depends on, for `If-Match`.

    """

    def __init__(
        self,
        kind: KindName,
        *,
        answer: type[Session],
        embeds: Mapping[str, str] | None = None,
        joins: Mapping[str, Mapping[str, str]] | None = None,
        refusals: Mapping[str, tuple[Code, str]] | None = None,
        version: tuple[str, ...] = (),
    ) -> None:
        self.kind = kind
        self.table = f"{kind}_sessions"
        self.owner = owner_of(kind)
        self.answer = answer
        # by name: the API may not read columns that a project has added
        fields = {name: name for name in answer.model_fields} | dict(embeds or {})
        self.columns = ",".join(fields.values())
        self.joins = joins or {}
        self.refusals = refusals or {}
        self.version = version
        self._get = Shape.of(self._select().eq("id", parameter("id")), self.joins)
        self._delete = cache(self._delete_shape)
        self._list = cache(self._list_shape)
        self._insert = cache(self._insert_shape)
        self._update = cache(self._update_shape)

    async def page(
        self,
        database: Database,
        query: PageQuery,
        *,
        sort_by: str = "created_at",
        sort_order: Literal["asc", "desc"] = "desc",
    ) -> tuple[list[Session], int]:
        """Return one page of the caller's sessions, and their total."""
        shape = self._list(sort_by, sort_order == "desc")
        found = await database.slice(shape.query(limit=query.limit, offset=query.offset))
        return [self.answer.model_validate(row) for row in found.rows], found.total

    async def create(self, database: Database, values: Mapping[str, Any]) -> Session:
        """Insert a session of the caller, and return it as the database completed it.

        Raises:
            ApiError: from `refusals`, or `NOT_AUTHENTICATED` if the token's user was deleted.

        """
        row = {**values, self.owner: database.caller_id}
        try:
            created = await database.insert(self._insert(tuple(row)).query(**row))
        except ConstraintError as error:
            raise self.refusal(error) from None
        return self.answer.model_validate(created)

    async def get(self, database: Database, session_id: UUID) -> Session:
        """Return the caller's session with this id.

        Raises:
            ApiError: `SESSION_NOT_FOUND`, or `NOT_OWNER` for another user's.

        """
        session = await self._first(database, self._get.query(id=session_id))
        if session is None:
            raise await access.refusal(database, self.kind, session_id)
        return session

    async def change(
        self,
        database: Database,
        session: Session,
        values: Mapping[str, Any],
        rule: Callable[[Session], Mapping[str, Any]],
    ) -> Session:
        """Write `values` if the rule allows it, by compare and swap.

        The write matches only the state that the rule checked. If the session has changed in
        between, it is read and checked again.

        Args:
            database: The caller's.
            session: As it was last read.
            values: New values by column, at least one.
            rule: Takes the session, and returns the columns that it checked, with their values;
                raises an `ApiError` if the change is not allowed.

        Raises:
            ApiError: what the rule raises; `SESSION_NOT_FOUND` if it was deleted meanwhile;
                `CONFLICT` if it had changed at every attempt.

        """
        session_id = session.id  # type: ignore[attr-defined] # every session has one
        for _ in range(MAX_ROUNDS):
            seen = rule(session)
            query = self._update(tuple(values), tuple(seen)).query(
                id=session_id, **values, **{f"seen_{name}": seen[name] for name in seen}
            )
            changed = await self._first(database, query)
            if changed is not None:
                return changed
            session = await self.get(database, session_id)
        raise ApiError("CONFLICT")

    async def write(
        self,
        database: Database,
        session_id: UUID,
        values: Mapping[str, Any],
        versions: Versions = ANY_VERSION,
    ) -> Session:
        """Write `values`, at least one, if the session is in a version that the caller expects.

        Raises:
            ApiError: `SESSION_NOT_FOUND`, or `NOT_OWNER` for another user's; `PRECONDITION_FAILED`.

        """
        if versions.expected is not None:
            session = await self.get(database, session_id)
            return await self.change(database, session, values, partial(self._expected, versions))
        query = self._update(tuple(values), ()).query(id=session_id, **values)
        written = await self._first(database, query)
        if written is None:
            raise await access.refusal(database, self.kind, session_id)
        return written

    async def delete(
        self, database: Database, session_id: UUID, versions: Versions = ANY_VERSION
    ) -> None:
        """Delete a session with all its parts, if it is in a version that the caller expects.

        Raises:
            ApiError: `SESSION_NOT_FOUND`, or `NOT_OWNER` for another user's; `PRECONDITION_FAILED`.

        """
        seen: Mapping[str, Any] = {}
        if versions.expected is not None:
            seen = self._expected(versions, await self.get(database, session_id))
        query = self._delete(tuple(seen)).query(
            id=session_id, **{f"seen_{name}": seen[name] for name in seen}
        )
        if await database.row(query) is None:
            if seen:
                await self.get(database, session_id)
                raise ApiError("PRECONDITION_FAILED")  # it has changed since it was checked
            raise await access.refusal(database, self.kind, session_id)

    def _expected(self, versions: Versions, session: Session) -> dict[str, Any]:
        """Check the session's version, and return the columns that it depends on."""
        versions.check(session.version)  # type: ignore[attr-defined] # it has one with `version`
        return {name: getattr(session, name) for name in self.version}

    def refusal(self, error: ConstraintError) -> ApiError | ConstraintError:
        """Return the error for a constraint; an unexpected one is returned unchanged."""
        if error.name == f"{self.table}_{self.owner}_fkey":
            return user_is_gone()
        if error.name not in self.refusals:
            return error
        code, field = self.refusals[error.name]
        return ApiError(code, field=field)

    async def _first(self, database: Database, query: Query) -> Session | None:
        row = await database.row(query)
        return None if row is None else self.answer.model_validate(row)

    def _select(self, count: CountMethod | None = None) -> AsyncSelectRequestBuilder:
        return table(self.table).select(self.columns, count=count)

    def _list_shape(self, sort_by: str, newest_first: bool) -> Shape:
        sessions = self._select(CountMethod.exact).order(sort_by, desc=newest_first)
        return Shape.of(sessions.order("id", desc=newest_first), self.joins)

    def _insert_shape(self, columns: tuple[str, ...]) -> Shape:
        row = {name: parameter(name) for name in columns}
        return Shape.of(table(self.table).insert(row).select(self.columns), self.joins)

    def _update_shape(self, columns: tuple[str, ...], seen: tuple[str, ...]) -> Shape:
        row = {name: parameter(name) for name in columns}
        update = table(self.table).update(row).eq("id", parameter("id"))
        for name in seen:
            update = update.eq(name, parameter(f"seen_{name}"))
        return Shape.of(update.select(self.columns), self.joins)

    def _delete_shape(self, seen: tuple[str, ...]) -> Shape:
        delete = table(self.table).delete().eq("id", parameter("id"))
        for name in seen:
            delete = delete.eq(name, parameter(f"seen_{name}"))
        return Shape.of(delete.select("id"))
