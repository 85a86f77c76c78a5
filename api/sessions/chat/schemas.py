"""Request bodies and answers of the chat endpoints."""

from hashlib import blake2b
from typing import Final, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator
from typing_extensions import TypeAliasType

from api.schemas.base import RequestBody, ResponseBody
from api.schemas.text import Shown, Title
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
    """A message. Its content is stored as typed, including code and markup: display it as text."""

    role: ChatRole = Field(
        "user",
        description="The author. The frontend sets it, also for its assistant's answers.",
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
        "created_at", description="Which time to sort by.", examples=["created_at"]
    )


class MessageQuery(SortedQuery):
    """Which of a session's messages to list, oldest first by default."""

    sort_by: Literal["timestamp", "message_order"] = Field(
        "timestamp",
        description="Both give the same order, because they are assigned together.",
        examples=["timestamp"],
    )
    sort_order: Literal["asc", "desc"] = Field(
        "asc", description="`asc`: oldest first.", examples=["asc"]
    )
    before: int | None = Field(
        None,
        ge=1,
        le=MAX_ORDER,
        description="The messages just before this `message_order`. A cursor keeps its position "
        "while messages are posted; an offset from the newest does not. Not with an offset.",
    )
    after: int | None = Field(
        None,
        ge=0,
        le=MAX_ORDER,
        description="The messages just after this `message_order`, from 0. Not with `before` "
        "or an offset.",
    )

    @field_validator("before", "after")
    @classmethod
    def stands_alone(cls, value: int | None, info: ValidationInfo) -> int | None:
        """Reject more than one way of giving the page's position."""
        if value is not None and (info.data.get("offset") or info.data.get("before") is not None):
            raise ValueError("Send only one of before, after and offset.")
        return value


class ChatSession(ResponseBody):
    """A chat session."""

    id: UUID = Field(examples=["f0000000-0000-4000-8000-000000000001"])
    user_id: UUID = Field(examples=["00000000-0000-4000-8000-00000000000a"])
    title: Shown = Field(examples=["Weekend plans"])
    message_count: int = Field(examples=[3])
    created_at: Moment
    last_updated: Moment = Field(description="When the latest message was posted.")

    @property
    def version(self) -> str:
        """Return a version for the ETag that changes with the title and with each message."""
        return blake2b(f"{self.message_count} {self.title}".encode(), digest_size=12).hexdigest()


class Message(ResponseBody):
    """A message. `message_order` counts 1…n in its session, without gaps."""

    id: UUID = Field(examples=["f1000000-0000-4000-8000-000000000001"])
    session_id: UUID = Field(examples=["f0000000-0000-4000-8000-000000000001"])
    user_id: UUID = Field(examples=["00000000-0000-4000-8000-00000000000a"])
    message_order: int = Field(examples=[1])
    role: ChatRole = Field(examples=["user"])
    content: str = Field(examples=["Where shall we go?"])
    timestamp: Moment
