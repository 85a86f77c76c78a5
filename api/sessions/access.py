"""404 or 403: the answer when the caller cannot see a session.

Row-level security makes another user's session look like one that does not exist. The API checks
which it is only after an empty read, so that the usual request costs no second query.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Final, Protocol, TypeVar
from uuid import UUID

from fastapi import Path

from api.database.caller import YES_OR_NO, Database
from api.database.query import Shape, function
from api.errors import ApiError
from api.http.dependencies import CallerDatabase
from api.kinds import KINDS, KindName

SessionId = Annotated[UUID, Path(description="The session's id.")]
Session_co = TypeVar("Session_co", covariant=True)
SESSION_EXISTS: Final[Mapping[KindName, Shape]] = {
    name: function(f"{name}_session_exists", "session_id", only_reads=True) for name in KINDS
}


async def refusal(database: Database, kind: KindName, session_id: UUID) -> ApiError:
    """Return why the caller cannot see the session; call it after a read or write found no row.

    Returns:
        The error to raise: 404 `SESSION_NOT_FOUND`, or 403 `NOT_OWNER` or `NOT_A_PARTICIPANT` for
        a session that exists. With `CONCEAL_EXISTENCE` it is always 404, without a query.

    """
    if database.conceals_existence:
        return ApiError("SESSION_NOT_FOUND")
    query = SESSION_EXISTS[kind].query(session_id=session_id)
    exists = await database.value(query, YES_OR_NO)
    return ApiError(KINDS[kind].not_yours if exists else "SESSION_NOT_FOUND")


class Sessions(Protocol[Session_co]):
    """Finds the sessions of a kind."""

    async def get(self, database: Database, session_id: UUID) -> Session_co:
        """Return the caller's session with this id, or raise the `ApiError` that says why not."""


def authorized(
    sessions: Sessions[Session_co],
) -> Callable[[UUID, Database], Awaitable[Session_co]]:
    """Make the dependency of routes about one session: returns it if it is the caller's."""

    async def get_authorized_session(session_id: SessionId, database: CallerDatabase) -> Session_co:
        return await sessions.get(database, session_id)

    return get_authorized_session
