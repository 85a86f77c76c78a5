"""What the wingman endpoints take and answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.body import RequestBody
from api.pagination import PageQuery
from api.text import Notes, VenueName
from api.times import Time
from api.wingman.rules import Status, reputation_delta


class ScheduleRequest(RequestBody):
    """A new session for an accepted match."""

    match_id: UUID
    venue_name: VenueName
    scheduled_time: Time
    user1_challenge_id: UUID = Field(description="The challenge for the match's first user.")
    user2_challenge_id: UUID = Field(description="The challenge for the match's second user.")


class ConfirmRequest(RequestBody):
    """Whom to confirm. It can only be the other participant, so it may be left out."""

    buddy_user_id: UUID | None = None


class NotesRequest(RequestBody):
    """The session's notes, shared by both. An empty text clears them."""

    notes: Notes


class SessionQuery(PageQuery):
    """Which of the caller's sessions to list."""

    status: Status | None = Field(None, description="Only sessions in this status.")


class Answer(BaseModel):
    """The base of everything that is answered."""

    model_config = ConfigDict(hide_input_in_errors=True)


class Challenge(Answer):
    """What a participant set out to do."""

    id: UUID
    title: str = Field(examples=["Ask for a recommendation"])
    description: str = Field(examples=["Ask somebody at the bar what they would order."])
    difficulty: str = Field(examples=["beginner"])
    points: int = Field(examples=[10])


class Participant(Answer):
    """One of the two, with their challenge."""

    id: UUID
    name: str = Field(examples=["Alice"])
    challenge: Challenge
    confirmed: bool = Field(description="Whether the other one has confirmed the challenge.")


class Participants(Answer):
    """Both, in the match's order."""

    user1: Participant
    user2: Participant


class ReputationPreview(Answer):
    """What each would gain or lose as things stand. Nothing of it is stored."""

    user1_delta: int = Field(examples=[10])
    user2_delta: int = Field(examples=[-15])


class Session(Answer):
    """A session with its people, their challenges and what is at stake."""

    id: UUID
    match_id: UUID
    venue_name: str = Field(examples=["Café Central"])
    scheduled_time: datetime
    status: Status
    notes: str | None = Field(examples=["Meet at the door."])
    participants: Participants
    reputation_preview: ReputationPreview
    completed_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Make it from a row of `wingman_session_details`."""
        user1, user2 = row["participants"]["user1"], row["participants"]["user2"]
        status = row["status"]
        preview = {
            "user1_delta": reputation_delta(
                status, user1["challenge"]["points"], user1["confirmed"]
            ),
            "user2_delta": reputation_delta(
                status, user2["challenge"]["points"], user2["confirmed"]
            ),
        }
        return cls.model_validate({**row, "reputation_preview": preview})


class ConfirmAnswer(Answer):
    """What the confirmation has changed."""

    success: bool = Field(examples=[True])
    message: str = Field(examples=["Confirmed. Your buddy has yet to confirm you."])
    session_status: Status
    both_confirmed: bool = Field(description="Whether this one completed the session.")
    completed_at: datetime | None


class NotesAnswer(Answer):
    """The notes as they are stored: plain text, without markup."""

    success: bool = Field(examples=[True])
    message: str = Field(examples=["The notes are saved."])
    updated_notes: str = Field(examples=["Meet at the door."])


class CancelAnswer(Answer):
    """The session is called off."""

    success: bool = Field(examples=[True])
    message: str = Field(examples=["The session is cancelled."])
    session_status: Status = Field(examples=["cancelled"])
