"""What the chat endpoints take and answer."""

from typing import Final, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator
from typing_extensions import TypeAliasType

from api.schemas.base import RequestBody, ResponseBody
from api.schemas.text import Title
from api.schemas.times import Moment
from api.sessions.owned import SortedQuery

MAX_ORDER: Final = 2**63 - 1  # a bigint

ChatRole = TypeAliasType("ChatRole", Literal["user", "assistant", "system"])


class ChatSessionCreate(RequestBody):
    """A new conversation."""

    title: Title = Field(examples=["Weekend plans"])


class ChatSessionChange(RequestBody):
    """A conversation's new name."""

    title: Title = Field(examples=["Plans for Saturday"])


class MessageCreate(RequestBody):
    """A message. Its content is kept as typed, code and markup included: show it as text."""

    role: ChatRole = Field(
        "user",
        description="Who speaks. The frontend says it, for what its assistant answers too.",
        examples=["user"],
    )
    content: str = Field(
        min_length=1,
        max_length=32_000,
        examples=["Where shall we go?"],
    )


class SessionQuery(SortedQuery):
    """Which of the caller's sessions to list, newest first by default."""

    sort_by: Literal["created_at", "last_updated"] = Field(
        "created_at", description="Which time counts.", examples=["created_at"]
    )


class MessageQuery(SortedQuery):
    """Which of a session's messages to list, oldest first by default."""

    sort_by: Literal["timestamp", "message_order"] = Field(
        "timestamp",
        description="Both give the same order: they are assigned together.",
        examples=["timestamp"],
    )
    sort_order: Literal["asc", "desc"] = Field(
        "asc", description="`asc`: oldest first.", examples=["asc"]
    )
    before: int | None = Field(
        None,
        ge=1,
        le=MAX_ORDER,
        description="The messages just before this `message_order`. A cursor stays where it is "
        "while messages are posted; an offset from the newest does not. Without an offset.",
    )
    after: int | None = Field(
        None,
        ge=0,
        le=MAX_ORDER,
        description="The messages just after this `message_order`, from 0 on. Without `before` "
        "and without an offset.",
    )

    @field_validator("before", "after")
    @classmethod
    def stands_alone(cls, value: int | None, info: ValidationInfo) -> int | None:
        """Refuse a second way of saying where the page is."""
        if value is not None and (info.data.get("offset") or info.data.get("before") is not None):
            raise ValueError("Send one of before, after and offset.")
        return value


class ChatSession(ResponseBody):
    """A chat session."""

    id: UUID = Field(examples=["f0000000-0000-4000-8000-000000000001"])
    user_id: UUID = Field(examples=["00000000-0000-4000-8000-00000000000a"])
    title: str = Field(examples=["Weekend plans"])
    message_count: int = Field(examples=[3])
    created_at: Moment
    last_updated: Moment = Field(description="When the latest message was posted.")


class Message(ResponseBody):
    """A message. `message_order` counts 1…n in its session, without gaps."""

    id: UUID = Field(examples=["f1000000-0000-4000-8000-000000000001"])
    session_id: UUID = Field(examples=["f0000000-0000-4000-8000-000000000001"])
    user_id: UUID = Field(examples=["00000000-0000-4000-8000-00000000000a"])
    message_order: int = Field(examples=[1])
    role: ChatRole = Field(examples=["user"])
    content: str = Field(examples=["Where shall we go?"])
    timestamp: Moment
