"""What the chat endpoints take and answer."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.body import RequestBody
from api.owned import SortedQuery
from api.text import Title

Role = Literal["user", "assistant", "system"]


class SessionCreate(RequestBody):
    """A new conversation."""

    title: Title = Field(examples=["Weekend plans"])


class MessageCreate(RequestBody):
    """A message. Its content is kept as typed, code and markup included: show it as text."""

    role: Role = "user"
    content: str = Field(min_length=1, max_length=32_000, examples=["Where shall we go?"])


class SessionQuery(SortedQuery):
    """Which of the caller's sessions to list, newest first by default."""

    sort_by: Literal["created_at", "last_updated"] = "created_at"


class MessageQuery(SortedQuery):
    """Which of a session's messages to list, oldest first by default."""

    sort_by: Literal["timestamp", "message_order"] = Field(
        "timestamp", description="Both give the same order: they are assigned together."
    )
    sort_order: Literal["asc", "desc"] = Field("asc", description="`asc`: oldest first.")


class Session(BaseModel):
    """A chat session."""

    model_config = ConfigDict(hide_input_in_errors=True)

    id: UUID
    user_id: UUID
    title: str = Field(examples=["Weekend plans"])
    message_count: int = Field(examples=[3])
    created_at: datetime
    last_updated: datetime = Field(description="When the latest message was posted.")


class Message(BaseModel):
    """A message. `message_order` counts 1…n in its session, without gaps."""

    model_config = ConfigDict(hide_input_in_errors=True)

    id: UUID
    session_id: UUID
    user_id: UUID
    message_order: int = Field(examples=[1])
    role: Role
    content: str = Field(examples=["Where shall we go?"])
    timestamp: datetime
