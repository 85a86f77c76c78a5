"""The wingman endpoints' work: reads, rules and writes, without HTTP."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from api.database.backend import Row
from api.database.caller import Database
from api.database.query import Query, Shape
from api.database.refusals import ConstraintError, DeniedError
from api.errors import ApiError, Code
from api.http.etags import ANY_VERSION, Versions
from api.observability import exchange
from api.sessions import access
from api.sessions.wingman import queries, rules
from api.sessions.wingman.rules import State
from api.sessions.wingman.schemas import (
    CancelAnswer,
    ConfirmAnswer,
    NoShowAnswer,
    ScheduleRequest,
    SessionQuery,
    WingmanSession,
)

logger = logging.getLogger(__name__)

# What the schema refuses, in the client's terms.
CONSTRAINTS: Final[Mapping[str, tuple[Code, str | None]]] = {
    "wingman_sessions_one_active_per_match": ("ACTIVE_SESSION_EXISTS", None),
    # deleted with a user after the insert policy was checked
    "wingman_sessions_match_id_fkey": ("MATCH_NOT_FOUND", "match_id"),
    "wingman_sessions_scheduled_after_creation": ("SCHEDULED_IN_THE_PAST", "scheduled_time"),
    "wingman_sessions_user1_challenge_id_fkey": ("CHALLENGE_NOT_FOUND", "user1_challenge_id"),
    "wingman_sessions_user2_challenge_id_fkey": ("CHALLENGE_NOT_FOUND", "user2_challenge_id"),
}


class Versioned(NamedTuple):
    """A session, and the stored version for its ETag."""

    session: WingmanSession
    version: str


async def list_sessions(
    database: Database, query: SessionQuery
) -> tuple[list[WingmanSession], int]:
    """Return one page of the caller's sessions, and their total."""
    values: dict[str, Any] = {"limit": query.limit, "offset": query.offset}
    if query.status is not None:
        values["status"] = query.status
    shape = queries.list_shape(query.sort_by, query.sort_order == "desc", "status" in values)
    found = await database.slice(shape.query(**values))
    return [WingmanSession.of(row) for row in found.rows], found.total


async def get(database: Database, session_id: UUID) -> Versioned:
    """Return a session of the caller's.

    Raises:
        ApiError: `SESSION_NOT_FOUND` or `NOT_A_PARTICIPANT`.

    """
    return versioned(await read(database, queries.DETAILS, session_id))


async def schedule(database: Database, request: ScheduleRequest) -> WingmanSession:
    """Insert a session for one of the caller's accepted matches.

    The schema enforces all rules, so nothing has to be read first: the insert policy, three
    constraints and one unique index.

    Raises:
        ApiError: `MATCH_NOT_FOUND`, `MATCH_NOT_ACCEPTED`, `CHALLENGE_NOT_FOUND`,
            `SCHEDULED_IN_THE_PAST` or `ACTIVE_SESSION_EXISTS`.

    """
    try:
        row = await database.insert(queries.SCHEDULE.query(**request.model_dump()))
    except ConstraintError as error:
        if error.name not in CONSTRAINTS:
            raise
        code, field = CONSTRAINTS[error.name]
        raise ApiError(code, field=field) from None
    except DeniedError:
        raise await refused_match(database, request.match_id) from None
    return (await get(database, row["id"])).session


async def confirm(database: Database, session_id: UUID, buddy_id: UUID | None) -> ConfirmAnswer:
    """Confirm the caller's buddy, and complete the session if that was the second confirmation.

    Raises:
        ApiError: `SESSION_NOT_FOUND`, `CONFLICT`, and what `rules.check_confirm` raises.

    """
    row = await change(
        database,
        session_id,
        queries.CONFIRM.query(session_id=session_id, buddy_id=buddy_id),
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
    """Cancel the session.

    Raises:
        ApiError: `SESSION_NOT_FOUND`, `CONFLICT`, and what `rules.check_cancel` raises.

    """
    row = await change(
        database,
        session_id,
        queries.CANCEL.query(session_id=session_id),
        lambda it: rules.check_cancel(it, database.caller_id),
    )
    return CancelAnswer(
        success=True, message="The session is cancelled.", session_status=row["status"]
    )


async def report_no_show(database: Database, session_id: UUID) -> NoShowAnswer:
    """End the session as a no-show of the caller's buddy.

    Raises:
        ApiError: `SESSION_NOT_FOUND`, `CONFLICT`, and what `rules.check_no_show` raises.

    """
    row = await change(
        database,
        session_id,
        queries.NO_SHOW.query(session_id=session_id),
        lambda it: rules.check_no_show(it, database.caller_id),
    )
    return NoShowAnswer(
        success=True,
        message="The session is closed: your buddy did not come.",
        session_status=row["status"],
        absent=row["absent"],
    )


async def write_notes(
    database: Database, session_id: UUID, notes: str, versions: Versions
) -> Versioned:
    """Replace the session's notes, if it is still in a version that the caller expects.

    Returns:
        The session after the write.

    Raises:
        ApiError: `SESSION_NOT_FOUND`, `PRECONDITION_FAILED`, `CONFLICT`, and what
            `rules.check_notes` raises.

    """
    expected = None if versions.expected is None else ",".join(versions.expected)
    row = await change(
        database,
        session_id,
        queries.NOTES.query(session_id=session_id, notes=notes, versions=expected),
        lambda it: rules.check_notes(it, database.caller_id),
        versions,
    )
    return versioned(row["details"])


async def read(database: Database, shape: Shape, session_id: UUID) -> Row:
    """Read the shape's columns of one session's row of `wingman_session_details`.

    Raises:
        ApiError: `SESSION_NOT_FOUND` or `NOT_A_PARTICIPANT`.

    """
    row = await database.row(shape.query(id=session_id))
    if row is None:
        raise await access.refusal(database, "wingman", session_id)
    return row


async def change(
    database: Database,
    session_id: UUID,
    write: Query,
    check: Callable[[State], None],
    versions: Versions = ANY_VERSION,
) -> Row:
    """Write; if no session in the right state is found, let the rule raise the reason.

    If the rule allows it by then, the scheduled time has come in between, and the write is retried
    once.

    Args:
        database: The caller's.
        session_id: The session's id.
        write: A write that touches the session only where the rule allows it.
        check: The rule.
        versions: Those that `write` takes.

    Returns:
        The row that `write` gives.

    Raises:
        ApiError: what the rule raises, `PRECONDITION_FAILED`, `SESSION_NOT_FOUND`,
            `NOT_A_PARTICIPANT`, or `CONFLICT` if the retry fails too.

    """
    row = await database.row(write)
    if row is None:
        found = await read(database, queries.STATE, session_id)
        check(state(found))
        versions.check(found["version"])
        exchange.retry()
        row = await database.row(write)
    if row is None:
        logger.error("a wingman session could not be changed, although every rule allows it")
        raise ApiError("CONFLICT")
    return row


async def refused_match(database: Database, match_id: UUID) -> ApiError:
    """Return why the insert policy refused; another user's match counts as missing."""
    match = await database.row(queries.MATCH.query(id=match_id))
    if match is None:
        return ApiError("MATCH_NOT_FOUND", field="match_id")
    if match["status"] != "accepted":
        return ApiError("MATCH_NOT_ACCEPTED", field="match_id")
    return ApiError("CONFLICT")  # accepted in the meantime


def state(row: Row) -> State:
    """Read what the rules need from a row."""
    return State(
        user1_id=UUID(str(row["user1_id"])),
        user2_id=UUID(str(row["user2_id"])),
        status=row["status"],
        user1_confirmed=row["user1_completed_confirmed_by_user2"],
        user2_confirmed=row["user2_completed_confirmed_by_user1"],
        due=row["due"],
        accepted=row["accepted"],
    )


def versioned(row: Row) -> Versioned:
    """Make a session with its version from a row of `wingman_session_details`."""
    return Versioned(WingmanSession.of(row), row["version"])
