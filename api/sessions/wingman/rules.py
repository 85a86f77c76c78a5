"""What may be done to a wingman session, and when. Pure: no clock, no network, no framework.

A rule checks a session as it was read and raises an error if it refuses. Checks run from
permanent to temporary, so nobody is told to wait for what will never be allowed. The functions in
`supabase/policies/wingman/` write exactly what these rules allow; `docs/wingman.md` has the table
of all rules.
"""

from typing import Final, Literal, NamedTuple
from uuid import UUID

from api.errors import ApiError

Status = Literal["scheduled", "in_progress", "completed", "cancelled", "no_show"]
Side = Literal["user1", "user2"]

ACTIVE: Final[frozenset[Status]] = frozenset({"scheduled", "in_progress"})


class State(NamedTuple):
    """What the rules need to know of a session.

    `due`: the scheduled time has come, by the database's clock. `accepted`: the match is accepted.
    """

    user1_id: UUID
    user2_id: UUID
    status: Status
    user1_confirmed: bool
    user2_confirmed: bool
    due: bool
    accepted: bool


def check_confirm(session: State, caller_id: UUID, buddy_id: UUID | None = None) -> None:
    """Raise unless the caller may confirm that the other participant has done their challenge.

    Args:
        session: As it was read.
        caller_id: Who confirms.
        buddy_id: Whom to confirm, if given; it can only be the other participant.

    Raises:
        ApiError: `NOT_A_PARTICIPANT`, `SESSION_CLOSED`, `MATCH_NOT_ACCEPTED`,
            `CANNOT_CONFIRM_YOURSELF`, `NOT_YOUR_BUDDY`, `TOO_EARLY_TO_CONFIRM` or
            `ALREADY_CONFIRMED`.

    """
    buddy = other_participant(session, caller_id)
    if session.status not in ACTIVE:
        raise ApiError("SESSION_CLOSED")
    if not session.accepted:
        raise ApiError("MATCH_NOT_ACCEPTED")
    if buddy_id == caller_id:
        raise ApiError("CANNOT_CONFIRM_YOURSELF", field="buddy_user_id")
    if buddy_id not in (None, buddy):
        raise ApiError("NOT_YOUR_BUDDY", field="buddy_user_id")
    if not session.due:
        raise ApiError("TOO_EARLY_TO_CONFIRM")
    already = session.user1_confirmed if buddy == session.user1_id else session.user2_confirmed
    if already:
        raise ApiError("ALREADY_CONFIRMED")


def check_cancel(session: State, caller_id: UUID) -> None:
    """Raise unless the caller may cancel the session: before its time, even in a declined match.

    A confirmation means that the meeting took place, so it blocks a cancellation that was sent
    before the scheduled time but reached the row after the confirmation.

    Raises:
        ApiError: `NOT_A_PARTICIPANT`, `SESSION_CLOSED` or `TOO_LATE_TO_CANCEL`.

    """
    other_participant(session, caller_id)
    if session.status not in ACTIVE:
        raise ApiError("SESSION_CLOSED")
    if session.due or session.user1_confirmed or session.user2_confirmed:
        raise ApiError("TOO_LATE_TO_CANCEL")


def check_no_show(session: State, caller_id: UUID) -> None:
    """Raise unless the caller may report that the other participant did not come.

    Neither a confirmation nor a declined match prevents it: after the scheduled time this is the
    only way for one person to end the session, which could otherwise block its match for ever.

    Raises:
        ApiError: `NOT_A_PARTICIPANT`, `SESSION_CLOSED` or `TOO_EARLY_TO_REPORT`.

    """
    other_participant(session, caller_id)
    if session.status not in ACTIVE:
        raise ApiError("SESSION_CLOSED")
    if not session.due:
        raise ApiError("TOO_EARLY_TO_REPORT")


def check_notes(session: State, caller_id: UUID) -> None:
    """Raise unless the caller may write the session's notes, whatever its status and time.

    Raises:
        ApiError: `NOT_A_PARTICIPANT` or `MATCH_NOT_ACCEPTED`.

    """
    other_participant(session, caller_id)
    if not session.accepted:
        raise ApiError("MATCH_NOT_ACCEPTED")


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


def reputation_delta(
    status: Status, points: int, *, confirmed: bool, absent: bool | None = None
) -> int:
    """Preview what a participant gains or loses by their own challenge.

    Args:
        status: The session's.
        points: What the participant's challenge is worth.
        confirmed: Whether the buddy has confirmed that it is done.
        absent: For a no-show, whether this participant did not come; `None` if unknown.

    Returns:
        `points` if earned or still to be earned; for a no-show without a confirmation `-points`,
        or 0 for the participant who came; 0 for a cancelled session.

    """
    if status == "cancelled":
        return 0
    if status == "no_show" and not confirmed:
        return 0 if absent is False else -points
    return points
