"""What may be done to a wingman session, and when. Pure: no clock, no network, no framework.

A rule looks at a session as it was read and raises its refusal, if it has one. Checks run from
permanent to temporary, so nobody is told to wait for what will never be allowed. The functions in
`supabase/policies/wingman/` write exactly where these rules refuse nothing; the table of all of it
is in `docs/wingman.md`.
"""

from typing import Final, Literal, NamedTuple
from uuid import UUID

from api.errors import ApiError

Status = Literal["scheduled", "in_progress", "completed", "cancelled", "no_show"]
Side = Literal["user1", "user2"]

ACTIVE: Final[frozenset[Status]] = frozenset({"scheduled", "in_progress"})


class State(NamedTuple):
    """What the rules need to know of a session.

    `due` is by the database's clock: the scheduled time has come. `accepted` is the match's.
    """

    user1_id: UUID
    user2_id: UUID
    status: Status
    user1_confirmed: bool
    user2_confirmed: bool
    due: bool
    accepted: bool


def check_confirm(session: State, caller_id: UUID, buddy_id: UUID | None = None) -> None:
    """Refuse, unless the caller may confirm that the other participant has done their challenge.

    Args:
        session: As it was read.
        caller_id: Who confirms.
        buddy_id: Whom, if the request says so; it can only be the other participant.

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
    """Refuse, unless the caller may call the session off: before its time, declined match or not.

    A confirmation says that the meeting took place. It stops a cancellation that began before the
    scheduled time and reached the row after the confirmation.

    Raises:
        ApiError: `NOT_A_PARTICIPANT`, `SESSION_CLOSED` or `TOO_LATE_TO_CANCEL`.

    """
    other_participant(session, caller_id)
    if session.status not in ACTIVE:
        raise ApiError("SESSION_CLOSED")
    if session.due or session.user1_confirmed or session.user2_confirmed:
        raise ApiError("TOO_LATE_TO_CANCEL")


def check_no_show(session: State, caller_id: UUID) -> None:
    """Refuse, unless the caller may report that the other participant did not come.

    Neither a confirmation nor a declined match is in the way: after its time this is the only end
    that one person can bring about alone, and without it a session could block its match for ever.

    Raises:
        ApiError: `NOT_A_PARTICIPANT`, `SESSION_CLOSED` or `TOO_EARLY_TO_REPORT`.

    """
    other_participant(session, caller_id)
    if session.status not in ACTIVE:
        raise ApiError("SESSION_CLOSED")
    if not session.due:
        raise ApiError("TOO_EARLY_TO_REPORT")


def check_notes(session: State, caller_id: UUID) -> None:
    """Refuse, unless the caller may write the session's notes: whatever its status and time.

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
        absent: Of a no-show, whether it was this participant who did not come; `None` when nobody
            said who.

    Returns:
        `points` for what is earned or can still be earned; of a no-show without a confirmation
        `-points`, or 0 for the one who came; 0 for a cancelled session.

    """
    if status == "cancelled":
        return 0
    if status == "no_show" and not confirmed:
        return 0 if absent is False else -points
    return points
