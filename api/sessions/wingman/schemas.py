"""Request bodies and answers of the wingman endpoints."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field
from typing_extensions import TypeAliasType

from api.schemas.base import RequestBody, ResponseBody
from api.schemas.text import Notes, Shown, VenueName
from api.schemas.times import Moment, Time
from api.sessions.owned import SortedQuery
from api.sessions.wingman.rules import Side, Status, reputation_delta

WingmanStatus = TypeAliasType("WingmanStatus", Status)
"""A status, under its name in the OpenAPI document."""

WingmanSide = TypeAliasType("WingmanSide", Side)
"""A participant, under its name in the OpenAPI document."""


class ScheduleRequest(RequestBody):
    """A new session for an accepted match."""

    match_id: UUID = Field(examples=["d0000000-0000-4000-8000-000000000004"])
    venue_name: VenueName = Field(examples=["Café Central"])
    scheduled_time: Time
    user1_challenge_id: UUID = Field(
        description="The challenge for the match's first user.",
        examples=["c0000000-0000-4000-8000-000000000001"],
    )
    user2_challenge_id: UUID = Field(
        description="The challenge for the match's second user.",
        examples=["c0000000-0000-4000-8000-000000000002"],
    )


class ConfirmRequest(RequestBody):
    """Whom to confirm. It can only be the other participant, so it may be omitted."""

    buddy_user_id: UUID | None = Field(None, examples=["00000000-0000-4000-8000-00000000000b"])


class NotesRequest(RequestBody):
    """The session's notes, shared by both participants. An empty text clears them."""

    notes: Notes = Field(examples=["Meet at the door."])


class SessionQuery(SortedQuery):
    """Which of the caller's sessions to list, newest first by default."""

    sort_by: Literal["created_at", "scheduled_time"] = Field(
        "created_at", description="Which time to sort by.", examples=["created_at"]
    )
    status: WingmanStatus | None = Field(
        None, description="Only sessions with this status.", examples=["scheduled"]
    )


class Challenge(ResponseBody):
    """A participant's challenge."""

    id: UUID = Field(examples=["c0000000-0000-4000-8000-000000000001"])
    title: Shown = Field(examples=["Ask for directions"])
    description: Shown = Field(examples=["Ask three strangers the way to the station."])
    difficulty: Shown = Field(examples=["beginner"])
    points: int = Field(examples=[10])


class Participant(ResponseBody):
    """A participant, with their challenge."""

    id: UUID = Field(examples=["00000000-0000-4000-8000-00000000000a"])
    name: str = Field(examples=["Alice"])
    challenge: Challenge
    confirmed: bool = Field(
        description="Whether the other participant has confirmed the challenge.", examples=[False]
    )


class Participants(ResponseBody):
    """Both participants, in the match's order."""

    user1: Participant
    user2: Participant = Field(
        examples=[
            {
                "id": "00000000-0000-4000-8000-00000000000b",
                "name": "Bob",
                "challenge": {
                    "id": "c0000000-0000-4000-8000-000000000002",
                    "title": "Give a compliment",
                    "description": "Tell somebody what you like about their style.",
                    "difficulty": "intermediate",
                    "points": 20,
                },
                "confirmed": False,
            }
        ]
    )


class ReputationPreview(ResponseBody):
    """What each participant would currently gain or lose. It is not stored."""

    user1_delta: int = Field(examples=[10])
    user2_delta: int = Field(examples=[20])


class WingmanSession(ResponseBody):
    """A session with its participants, their challenges and points at stake."""

    id: UUID = Field(examples=["e0000000-0000-4000-8000-000000000001"])
    match_id: UUID = Field(examples=["d0000000-0000-4000-8000-000000000001"])
    venue_name: Shown = Field(examples=["Café Central"])
    scheduled_time: Moment
    status: WingmanStatus = Field(examples=["scheduled"])
    notes: Shown | None = Field(examples=["Meet at the door."])
    participants: Participants
    reputation_preview: ReputationPreview
    absent: WingmanSide | None = Field(
        description="For a no-show, who did not come, as reported by the other.",
        examples=[None],
    )
    you: WingmanSide | None = Field(
        description="Which participant the caller is; null if the caller is neither, and a policy "
        "of the project's own lets them read the session.",
        examples=["user1"],
    )
    due: bool = Field(
        description="Whether the scheduled time has come, by the database's clock.",
        examples=[True],
    )
    can_confirm: bool = Field(
        description="Whether the caller may confirm their buddy now.", examples=[True]
    )
    can_cancel: bool = Field(
        description="Whether the caller may cancel the session now.", examples=[False]
    )
    can_report_no_show: bool = Field(
        description="Whether the caller may report now that their buddy did not come.",
        examples=[True],
    )
    completed_at: datetime | None = Field(examples=[None])
    created_at: Moment

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Make it from a row of `wingman_session_details`."""
        status, absent, participants = row["status"], row["absent"], row["participants"]
        preview = {
            f"{side}_delta": reputation_delta(
                status,
                participants[side]["challenge"]["points"],
                confirmed=participants[side]["confirmed"],
                absent=None if absent is None else absent == side,
            )
            for side in ("user1", "user2")
        }
        return cls.model_validate({**row, "reputation_preview": preview})


class ConfirmAnswer(ResponseBody):
    """The result of a confirmation."""

    success: bool = Field(examples=[True])
    message: str = Field(examples=["Confirmed. Your buddy has yet to confirm you."])
    session_status: WingmanStatus = Field(examples=["scheduled"])
    both_confirmed: bool = Field(
        description="Whether this one completed the session.", examples=[False]
    )
    completed_at: datetime | None = Field(examples=[None])


class NotesAnswer(ResponseBody):
    """The notes as they are stored: plain text, without markup."""

    success: bool = Field(examples=[True])
    message: str = Field(examples=["The notes are saved."])
    updated_notes: str = Field(examples=["Meet at the door."])


class CancelAnswer(ResponseBody):
    """The session has been cancelled."""

    success: bool = Field(examples=[True])
    message: str = Field(examples=["The session is cancelled."])
    session_status: WingmanStatus = Field(examples=["cancelled"])


class NoShowAnswer(ResponseBody):
    """The session has been closed as a no-show."""

    success: bool = Field(examples=[True])
    message: str = Field(examples=["The session is closed: your buddy did not come."])
    session_status: WingmanStatus = Field(examples=["no_show"])
    absent: WingmanSide = Field(description="Who did not come.", examples=["user2"])
