"""The tables of the classic, as SQLAlchemy maps them."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, FetchedValue, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """The base of all tables."""

    type_annotation_map: ClassVar = {datetime: DateTime(timezone=True)}


class Profile(Base):
    """A user."""

    __tablename__ = "user_profiles"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    first_name: Mapped[str]


class Match(Base):
    """Two users."""

    __tablename__ = "wingman_matches"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user1_id: Mapped[UUID] = mapped_column(ForeignKey("user_profiles.id"))
    user2_id: Mapped[UUID] = mapped_column(ForeignKey("user_profiles.id"))
    status: Mapped[str]
    user1: Mapped[Profile] = relationship(foreign_keys=[user1_id])
    user2: Mapped[Profile] = relationship(foreign_keys=[user2_id])


class Challenge(Base):
    """What a participant set out to do."""

    __tablename__ = "approach_challenges"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    description: Mapped[str]
    difficulty: Mapped[str]
    points: Mapped[int]


class WingmanSession(Base):
    """A wingman session."""

    __tablename__ = "wingman_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    match_id: Mapped[UUID] = mapped_column(ForeignKey("wingman_matches.id"))
    user1_challenge_id: Mapped[UUID] = mapped_column(ForeignKey("approach_challenges.id"))
    user2_challenge_id: Mapped[UUID] = mapped_column(ForeignKey("approach_challenges.id"))
    venue_name: Mapped[str]
    scheduled_time: Mapped[datetime]
    status: Mapped[str]
    completed_at: Mapped[datetime | None]
    user1_completed_confirmed_by_user2: Mapped[bool]
    user2_completed_confirmed_by_user1: Mapped[bool]
    notes: Mapped[str | None]
    absent: Mapped[str | None]
    created_at: Mapped[datetime]
    match: Mapped[Match] = relationship()
    user1_challenge: Mapped[Challenge] = relationship(foreign_keys=[user1_challenge_id])
    user2_challenge: Mapped[Challenge] = relationship(foreign_keys=[user2_challenge_id])


class ChatSession(Base):
    """A conversation."""

    __tablename__ = "chat_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    message_count: Mapped[int]


class Message(Base):
    """A message of a conversation."""

    __tablename__ = "chat_messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID]
    user_id: Mapped[UUID]
    message_order: Mapped[int]
    role: Mapped[str]
    content: Mapped[str]
    timestamp: Mapped[datetime]


class StudySession(Base):
    """A study session."""

    __tablename__ = "study_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=FetchedValue())
    profile_id: Mapped[UUID]
    title: Mapped[str]
    description: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default=FetchedValue())
    draft_plan: Mapped[Any | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    updated_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
