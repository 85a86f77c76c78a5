"""The wingman endpoints' work: reads, rules and writes, without HTTP."""

import logging
from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from postgrest import CountMethod

from api.database.backend import Row
from api.database.caller import Database
from api.database.query import Query, Shape, function, parameter, table
from api.database.refusals import ConstraintError, DeniedError
from api.errors import ApiError, Code
from api.observability import exchange
from api.sessions import access
from api.sessions.wingman import rules
from api.sessions.wingman.rules import State
from api.sessions.wingman.schemas import (
    CancelAnswer,
    ConfirmAnswer,
    NotesAnswer,
    ScheduleRequest,
    SessionQuery,
    WingmanSession,
)

logger = logging.getLogger(__name__)

# What the schema refuses, in the client's terms.
CONSTRAINTS: Final[Mapping[str, Code]] = {
    "wingman_sessions_one_active_per_match": "ACTIVE_SESSION_EXISTS",
    # deleted with a user since the insert policy has looked
    "wingman_sessions_match_id_fkey": "MATCH_NOT_FOUND",
    "wingman_sessions_scheduled_after_creation": "SCHEDULED_IN_THE_PAST",
    "wingman_sessions_user1_challenge_id_fkey": "CHALLENGE_NOT_FOUND",
    "wingman_sessions_user2_challenge_id_fkey": "CHALLENGE_NOT_FOUND",
}

ID: Final = parameter("id")
DETAILS: Final = Shape.of(table("wingman_session_details").select().eq("id", ID))
STATE: Final = Shape.of(
    table("wingman_session_details")
    .select(
        # What the rules look at. Its people and their challenges are most of what a session costs
        # the database, and no rule asks for them.
        "user1_id,user2_id,status,"
        "user1_completed_confirmed_by_user2,user2_completed_confirmed_by_user1,due"
    )
    .eq("id", ID)
)
MATCH: Final = Shape.of(table("wingman_matches").select("status").eq("id", ID))
SCHEDULE: Final = Shape.of(
    table("wingman_sessions")
    .insert({name: parameter(name) for name in ScheduleRequest.model_fields})
    .select("id")
)
CONFIRM: Final = function("confirm_wingman_session", "session_id", "buddy_id")
CANCEL: Final = Shape.of(
    table("wingman_sessions")
    .update({"status": "cancelled"})
    .eq("id", ID)
    .in_("status", sorted(rules.ACTIVE))
    .select("status")
)
NOTES: Final = Shape.of(
    table("wingman_sessions").update({"notes": parameter("notes")}).eq("id", ID).select("notes")
)


def list_shape(*, by_status: bool) -> Shape:
    """Make the query of a list."""
    sessions = table("wingman_session_details").select(count=CountMethod.exact)
    if by_status:
        sessions = sessions.eq("status", parameter("status"))
    return Shape.of(sessions.order("created_at", desc=True).order("id", desc=True))


ALL: Final = list_shape(by_status=False)
IN_STATUS: Final = list_shape(by_status=True)


async def list_sessions(
    database: Database, query: SessionQuery
) -> tuple[list[WingmanSession], int]:
    """Return one page of the caller's sessions, newest first, and how many there are."""
    page = {"limit": query.limit, "offset": query.offset}
    found = await database.slice(
        ALL.query(**page) if query.status is None else IN_STATUS.query(status=query.status, **page)
    )
    return [WingmanSession.of(row) for row in found.rows], found.total


async def get(database: Database, session_id: UUID) -> WingmanSession:
    """Return a session of the caller's.

    Raises:
        ApiError: `SESSION_NOT_FOUND` or `NOT_A_PARTICIPANT`.

    """
    return WingmanSession.of(await read(database, DETAILS, session_id))


async def schedule(database: Database, request: ScheduleRequest) -> WingmanSession:
    """Insert a session for an accepted match of the caller's.

    All rules are facts of the schema, so that nothing has to be read first: the insert policy,
    three constraints and one unique index.

    Raises:
        ApiError: `MATCH_NOT_FOUND`, `MATCH_NOT_ACCEPTED`, `CHALLENGE_NOT_FOUND`,
            `SCHEDULED_IN_THE_PAST` or `ACTIVE_SESSION_EXISTS`.

    """
    try:
        row = await database.insert(SCHEDULE.query(**request.model_dump()))
    except ConstraintError as error:
        if error.name not in CONSTRAINTS:
            raise
        raise ApiError(CONSTRAINTS[error.name]) from None
    except DeniedError:
        raise await refused_match(database, request.match_id) from None
    return await get(database, row["id"])


async def confirm(database: Database, session_id: UUID, buddy_id: UUID | None) -> ConfirmAnswer:
    """Confirm the caller's buddy, and complete the session if that was the second confirmation.

    Raises:
        ApiError: `SESSION_NOT_FOUND`, `CONFLICT`, and what `rules.check_confirm` raises.

    """
    row = await change(
        database,
        session_id,
        CONFIRM.query(session_id=session_id, buddy_id=buddy_id),
        lambda it: rules.check_confirm(it, database.caller_id, buddy_id),
    )
    completed = row["status"] == "completed"
    if completed:
        exchange.event("session_completed")
    return ConfirmAnswer(
        success=True,
        message="Both have confirmed: the session is completed."
        if completed
        else "Confirmed. Your buddy has yet to confirm you.",
        session_status=row["status"],
        both_confirmed=completed,
        completed_at=row["completed_at"],
    )


async def cancel(database: Database, session_id: UUID) -> CancelAnswer:
    """Call the session off.

    Raises:
        ApiError: `SESSION_NOT_FOUND`, `CONFLICT`, and what `rules.check_cancel` raises.

    """
    row = await change(
        database,
        session_id,
        CANCEL.query(id=session_id),
        lambda it: rules.check_cancel(it, database.caller_id),
    )
    return CancelAnswer(
        success=True, message="The session is cancelled.", session_status=row["status"]
    )


async def write_notes(database: Database, session_id: UUID, notes: str) -> NotesAnswer:
    """Replace the session's notes. Both may, at any time: they have no state to respect.

    Raises:
        ApiError: `SESSION_NOT_FOUND` or `NOT_A_PARTICIPANT`.

    """
    row = await database.row(NOTES.query(id=session_id, notes=notes))
    if row is None:
        raise await access.refusal(database, "wingman", session_id)
    return NotesAnswer(success=True, message="The notes are saved.", updated_notes=row["notes"])


async def read(database: Database, shape: Shape, session_id: UUID) -> Row:
    """Read what the shape names of one session's row of `wingman_session_details`.

    Raises:
        ApiError: `SESSION_NOT_FOUND` or `NOT_A_PARTICIPANT`.

    """
    row = await database.row(shape.query(id=session_id))
    if row is None:
        raise await access.refusal(database, "wingman", session_id)
    return row


async def change(
    database: Database, session_id: UUID, write: Query, check: Callable[[State], None]
) -> Row:
    """Write; where that finds no session in the right state, let the rule say why.

    Where the rule sees nothing in the way by then, the session's time has come in between, and it
    is tried once more.

    Args:
        database: The caller's.
        session_id: The session's.
        write: A write that touches the session only where the rule allows it.
        check: The rule.

    Returns:
        The row that `write` gives.

    Raises:
        ApiError: what the rule refuses with, `SESSION_NOT_FOUND`, `NOT_A_PARTICIPANT`, or
            `CONFLICT` when it was in vain again.

    """
    row = await database.row(write)
    if row is None:
        check(state(await read(database, STATE, session_id)))
        exchange.retry()
        row = await database.row(write)
    if row is None:
        logger.error("a wingman session cannot be changed, though no rule is in the way")
        raise ApiError("CONFLICT")
    return row


async def refused_match(database: Database, match_id: UUID) -> ApiError:
    """Say why the insert policy refused: a foreign match is answered like a missing one."""
    match = await database.row(MATCH.query(id=match_id))
    if match is None:
        return ApiError("MATCH_NOT_FOUND")
    if match["status"] != "accepted":
        return ApiError("MATCH_NOT_ACCEPTED")
    return ApiError("CONFLICT")  # accepted in between


def state(row: Row) -> State:
    """Take out of a row what the rules need to know."""
    return State(
        user1_id=UUID(str(row["user1_id"])),
        user2_id=UUID(str(row["user2_id"])),
        status=row["status"],
        user1_confirmed=row["user1_completed_confirmed_by_user2"],
        user2_confirmed=row["user2_completed_confirmed_by_user1"],
        due=row["due"],
    )
