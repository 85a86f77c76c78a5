"""Requests and answers, shared by the contenders written in Python."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field, field_validator

from api.schemas.text import plain_text


class Challenge(BaseModel):
    """What a participant set out to do."""

    id: UUID
    title: str
    description: str
    difficulty: str
    points: int


class Participant(BaseModel):
    """One of the two."""

    id: UUID
    name: str
    challenge: Challenge
    confirmed: bool


class Participants(BaseModel):
    """Both."""

    user1: Participant
    user2: Participant


class ReputationPreview(BaseModel):
    """What each would gain or lose."""

    user1_delta: int
    user2_delta: int


class WingmanSession(BaseModel):
    """A wingman session."""

    id: UUID
    match_id: UUID
    venue_name: str
    scheduled_time: datetime
    status: str
    notes: str | None
    participants: Participants
    reputation_preview: ReputationPreview
    absent: str | None
    you: str
    due: bool
    can_confirm: bool
    can_cancel: bool
    can_report_no_show: bool
    completed_at: datetime | None
    created_at: datetime


class WingmanSessions(BaseModel):
    """A page of them."""

    items: list[WingmanSession]
    total: int
    limit: int
    offset: int
    next: str | None
    prev: str | None


class Message(BaseModel):
    """A chat message."""

    model_config = {"from_attributes": True}

    id: UUID
    session_id: UUID
    user_id: UUID
    message_order: int
    role: str
    content: str
    timestamp: datetime


class Messages(BaseModel):
    """A page of them."""

    items: list[Message]
    total: int
    limit: int
    offset: int
    next: str | None
    prev: str | None


class NewStudySession(BaseModel):
    """A study session to create."""

    title: str = Field(min_length=1, max_length=200)
    description: str | None = Field(None, max_length=2000)

    @field_validator("title", "description")
    @classmethod
    def clean(cls, text: str | None) -> str | None:
        """Strip markup: the same cleaning for everybody."""
        return None if text is None else plain_text(text)


class StudySession(BaseModel):
    """A study session."""

    model_config = {"from_attributes": True}

    id: UUID
    profile_id: UUID
    title: str
    description: str | None
    status: str
    draft_plan: Any
    created_at: datetime
    updated_at: datetime


class Confirmation(BaseModel):
    """Whom to confirm."""

    buddy_user_id: UUID | None = None


class Confirmed(BaseModel):
    """What the confirmation has changed."""

    success: bool = True
    message: str
    session_status: str
    both_confirmed: bool
    completed_at: datetime | None

    @classmethod
    def of(cls, status: str, completed_at: datetime | None) -> "Confirmed":
        """Make the answer."""
        both = status == "completed"
        return cls(
            message="Both have confirmed: the session is completed."
            if both
            else "Confirmed. Your buddy has yet to confirm you.",
            session_status=status,
            both_confirmed=both,
            completed_at=completed_at,
        )


class Notes(BaseModel):
    """A session's notes."""

    notes: str = Field(max_length=2000)

    @field_validator("notes")
    @classmethod
    def clean(cls, text: str) -> str:
        """Strip markup: the same cleaning for everybody."""
        return plain_text(text)


class NotesSaved(BaseModel):
    """The notes as stored."""

    success: bool = True
    message: str = "The notes are saved."
    updated_notes: str


def delta(status: str, points: int, confirmed: bool) -> int:
    """Preview what a participant gains or loses."""
    if status == "cancelled":
        return 0
    return -points if status == "no_show" and not confirmed else points


def for_caller(
    you: str, status: str, scheduled_time: datetime, accepted: bool, confirmed: tuple[bool, bool]
) -> dict[str, Any]:
    """Tell what a caller may do; `confirmed` is of user 1 and of user 2."""
    due = scheduled_time <= datetime.now(UTC)
    is_open = status in ("scheduled", "in_progress")
    buddy_confirmed = confirmed[1] if you == "user1" else confirmed[0]
    return {
        "you": you,
        "due": due,
        "can_confirm": is_open and due and accepted and not buddy_confirmed,
        "can_cancel": is_open and not due and not any(confirmed),
        "can_report_no_show": is_open and due,
    }


def links(path: str, limit: int, offset: int, total: int) -> dict[str, str | None]:
    """Make the links to the next page and the one before."""
    after = offset + limit if offset + limit < total else None
    before = max(0, offset - limit) if offset else None
    return {
        name: None if at is None else f"{path}?limit={limit}&offset={at}"
        for name, at in (("next", after), ("prev", before))
    }
