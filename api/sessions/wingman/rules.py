"""When a wingman session may change. Pure: no clock, no network, no framework.

A rule looks at a session as it was read and raises its refusal, if it has one.
"""

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


def check_confirm(session: State, caller_id: UUID, buddy_id: UUID | None = None) -> None:
    """Refuse, unless the caller may confirm that the other participant has done their challenge.

    The order of refusals goes from what never changes to what may: who may ask at all, whether the
    session is over, whether the request makes sense, whether its time has come, and last whether
    the caller has done it before. So an answer is never "later" to what will never be.

    `public.confirm_wingman_session` in the database writes exactly where this refuses nothing.

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
    already = session.user1_confirmed if buddy == session.user1_id else session.user2_confirmed
    if already:
        raise ApiError("ALREADY_CONFIRMED")


def check_cancel(session: State, caller_id: UUID) -> None:
    """Refuse, unless the caller may call the session off: as long as it is not over.

    Raises:
        ApiError: `NOT_A_PARTICIPANT` or `SESSION_CLOSED`.

    """
    other_participant(session, caller_id)
    if session.status not in ACTIVE:
        raise ApiError("SESSION_CLOSED")


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
