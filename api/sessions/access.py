"""404 or 403: what to say when a session is not there for the caller.

Row-level security makes another's session look like one that does not exist. The API asks which
it was only after an empty read, so that the usual request costs no second query.
"""

from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Path

from api.database.caller import YES_OR_NO, Database
from api.errors import ApiError, Code

SessionId = Annotated[UUID, Path(description="The session's id.")]
Kind = Literal["study", "interview", "chat", "wingman"]

NOT_YOURS: Final[dict[Kind, Code]] = {
    "study": "NOT_OWNER",
    "interview": "NOT_OWNER",
    "chat": "NOT_OWNER",
    "wingman": "NOT_A_PARTICIPANT",
}


async def refusal(database: Database, kind: Kind, session_id: UUID) -> ApiError:
    """Say why the caller sees no such session; call it after a read or write found no row.

    Returns:
        The error to raise: 404 `SESSION_NOT_FOUND`, or 403 `NOT_OWNER` or `NOT_A_PARTICIPANT` for
        a session that exists. With `CONCEAL_EXISTENCE` it is 404 for both, without asking.

    """
    if database.conceal_existence:
        return ApiError("SESSION_NOT_FOUND")
    arguments = {"kind": kind, "session_id": str(session_id)}
    exists = await database.call("session_exists", arguments, YES_OR_NO)
    return ApiError(NOT_YOURS[kind] if exists else "SESSION_NOT_FOUND")
