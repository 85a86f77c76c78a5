"""When a wingman session may change, and how. Pure: no clock, no network, no framework.

A rule looks at the session as it was read and returns the change it allows, or raises the refusal.
The change names the state that the decision rests on, so that it can be written only while that
state still holds.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple
from uuid import UUID

from api.errors import ApiError

Status = Literal["scheduled", "in_progress", "completed", "cancelled", "no_show"]

ACTIVE: Final[frozenset[Status]] = frozenset({"scheduled", "in_progress"})


class State(NamedTuple):
    """What the rules need to know of a session. `due` is by the database's clock."""

    user1_id: UUID
    user2_id: UUID
    status: Status
    user1_confirmed: bool
    user2_confirmed: bool
    due: bool


class Change(NamedTuple):
    """Columns to write, and what must still be true of the row when they are written."""

    write: Mapping[str, str | bool]
    expect: Mapping[str, str | bool]
    when_due: bool = False


# `user1` is confirmed by user 2, in this column, and the other way round
USER1_CONFIRMED: Final = "user1_completed_confirmed_by_user2"
USER2_CONFIRMED: Final = "user2_completed_confirmed_by_user1"


def confirm(session: State, caller_id: UUID, buddy_id: UUID | None = None) -> Change:
    """Let the caller confirm that the other participant has completed their challenge.

    The second confirmation completes the session, in the same write.

    The order of refusals goes from what never changes to what may: who may ask at all, whether the
    session is over, whether the request makes sense, whether its time has come, and last whether
    the caller has done it before. So an answer is never "later" to what will never be.

    Args:
        session: As it was read.
        caller_id: Who confirms.
        buddy_id: Whom, if the request says so; it can only be the other participant.

    Raises:
        ApiError: `NOT_A_PARTICIPANT`, `SESSION_CLOSED`, `CANNOT_CONFIRM_YOURSELF`,
            `NOT_YOUR_BUDDY`, `TOO_EARLY_TO_CONFIRM` or `ALREADY_CONFIRMED`.

    """
    buddy = other_participant(session, caller_id)
    if session.status not in ACTIVE:
        raise ApiError("SESSION_CLOSED")
    if buddy_id == caller_id:
        raise ApiError("CANNOT_CONFIRM_YOURSELF")
    if buddy_id not in (None, buddy):
        raise ApiError("NOT_YOUR_BUDDY")
    if not session.due:
        raise ApiError("TOO_EARLY_TO_CONFIRM")

    if buddy == session.user1_id:
        column, already, other = USER1_CONFIRMED, session.user1_confirmed, session.user2_confirmed
    else:
        column, already, other = USER2_CONFIRMED, session.user2_confirmed, session.user1_confirmed
    if already:
        raise ApiError("ALREADY_CONFIRMED")

    write: dict[str, str | bool] = {column: True}
    if other:
        # `now` is read by the database, by its own clock
        write |= {"status": "completed", "completed_at": "now"}
    return Change(write, seen(session), when_due=True)


def cancel(session: State, caller_id: UUID) -> Change:
    """Let a participant call the session off, as long as it is not over.

    Raises:
        ApiError: `NOT_A_PARTICIPANT` or `SESSION_CLOSED`.

    """
    other_participant(session, caller_id)
    if session.status not in ACTIVE:
        raise ApiError("SESSION_CLOSED")
    return Change({"status": "cancelled"}, seen(session))


def other_participant(session: State, caller_id: UUID) -> UUID:
    """Return the caller's buddy.

    Raises:
        ApiError: `NOT_A_PARTICIPANT`.

    """
    if caller_id == session.user1_id:
        return session.user2_id
    if caller_id == session.user2_id:
        return session.user1_id
    raise ApiError("NOT_A_PARTICIPANT")


def seen(session: State) -> Mapping[str, str | bool]:
    """Return the columns by which a write finds the session only as the rule saw it."""
    return {
        "status": session.status,
        USER1_CONFIRMED: session.user1_confirmed,
        USER2_CONFIRMED: session.user2_confirmed,
    }


def reputation_delta(status: Status, points: int, confirmed: bool) -> int:
    """Preview what a participant gains or loses by their own challenge.

    Args:
        status: The session's.
        points: What the participant's challenge is worth.
        confirmed: Whether the buddy has confirmed that it is done.

    Returns:
        `points` for what is earned or can still be earned, `-points` for a no-show whose challenge
        nobody confirmed, 0 for a cancelled session.

    """
    if status == "cancelled":
        return 0
    if status == "no_show" and not confirmed:
        return -points
    return points
