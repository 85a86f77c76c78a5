from __future__ import annotations

import datetime
import uuid
from typing import (
    Annotated,
    Any,
    List,
    Literal,
    Optional,
    TypedDict,
)
from typing_extensions import NotRequired, TypeAlias

from pydantic import BaseModel, Field, JsonValue



class PublicApproachChallenges(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    description: str = Field(alias="description")
    difficulty: Literal["beginner", "intermediate", "advanced"] = Field(alias="difficulty")
    id: uuid.UUID = Field(alias="id")
    points: int = Field(alias="points")
    title: str = Field(alias="title")

class PublicApproachChallengesInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: Annotated[str, Field(alias="description")]
    difficulty: Annotated[Literal["beginner", "intermediate", "advanced"], Field(alias="difficulty")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    points: Annotated[int, Field(alias="points")]
    title: Annotated[str, Field(alias="title")]

class PublicApproachChallengesUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[str, Field(alias="description")]]
    difficulty: NotRequired[Annotated[Literal["beginner", "intermediate", "advanced"], Field(alias="difficulty")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    points: NotRequired[Annotated[int, Field(alias="points")]]
    title: NotRequired[Annotated[str, Field(alias="title")]]

class PublicChatMessages(BaseModel):
    content: str = Field(alias="content")
    id: uuid.UUID = Field(alias="id")
    message_order: int = Field(alias="message_order")
    role: Literal["user", "assistant", "system"] = Field(alias="role")
    session_id: uuid.UUID = Field(alias="session_id")
    timestamp: datetime.datetime = Field(alias="timestamp")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicChatMessagesInsert(TypedDict):
    content: Annotated[str, Field(alias="content")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    message_order: Annotated[int, Field(alias="message_order")]
    role: NotRequired[Annotated[Literal["user", "assistant", "system"], Field(alias="role")]]
    session_id: Annotated[uuid.UUID, Field(alias="session_id")]
    timestamp: Annotated[datetime.datetime, Field(alias="timestamp")]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]

class PublicChatMessagesUpdate(TypedDict):
    content: NotRequired[Annotated[str, Field(alias="content")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    message_order: NotRequired[Annotated[int, Field(alias="message_order")]]
    role: NotRequired[Annotated[Literal["user", "assistant", "system"], Field(alias="role")]]
    session_id: NotRequired[Annotated[uuid.UUID, Field(alias="session_id")]]
    timestamp: NotRequired[Annotated[datetime.datetime, Field(alias="timestamp")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicChatSessions(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    last_updated: datetime.datetime = Field(alias="last_updated")
    message_count: int = Field(alias="message_count")
    title: str = Field(alias="title")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicChatSessionsInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    last_updated: NotRequired[Annotated[datetime.datetime, Field(alias="last_updated")]]
    message_count: NotRequired[Annotated[int, Field(alias="message_count")]]
    title: Annotated[str, Field(alias="title")]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]

class PublicChatSessionsUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    last_updated: NotRequired[Annotated[datetime.datetime, Field(alias="last_updated")]]
    message_count: NotRequired[Annotated[int, Field(alias="message_count")]]
    title: NotRequired[Annotated[str, Field(alias="title")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicInterviewSessions(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    current_question_number: int = Field(alias="current_question_number")
    id: uuid.UUID = Field(alias="id")
    job_posting_id: Optional[uuid.UUID] = Field(alias="job_posting_id")
    status: Literal["active", "completed", "abandoned"] = Field(alias="status")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicInterviewSessionsInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    current_question_number: NotRequired[Annotated[int, Field(alias="current_question_number")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    job_posting_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="job_posting_id")]]
    status: NotRequired[Annotated[Literal["active", "completed", "abandoned"], Field(alias="status")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]

class PublicInterviewSessionsUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    current_question_number: NotRequired[Annotated[int, Field(alias="current_question_number")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    job_posting_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="job_posting_id")]]
    status: NotRequired[Annotated[Literal["active", "completed", "abandoned"], Field(alias="status")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicJobPostings(BaseModel):
    company: Optional[str] = Field(alias="company")
    created_at: datetime.datetime = Field(alias="created_at")
    description: Optional[str] = Field(alias="description")
    id: uuid.UUID = Field(alias="id")
    title: str = Field(alias="title")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicJobPostingsInsert(TypedDict):
    company: NotRequired[Annotated[Optional[str], Field(alias="company")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    title: Annotated[str, Field(alias="title")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]

class PublicJobPostingsUpdate(TypedDict):
    company: NotRequired[Annotated[Optional[str], Field(alias="company")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    title: NotRequired[Annotated[str, Field(alias="title")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicSessionApiIdempotencyKeys(BaseModel):
    answer: Optional[JsonValue] = Field(alias="answer")
    created_at: datetime.datetime = Field(alias="created_at")
    fingerprint: str = Field(alias="fingerprint")
    id: uuid.UUID = Field(alias="id")
    key: str = Field(alias="key")
    row_id: uuid.UUID = Field(alias="row_id")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicSessionApiIdempotencyKeysInsert(TypedDict):
    answer: NotRequired[Annotated[Optional[JsonValue], Field(alias="answer")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    fingerprint: Annotated[str, Field(alias="fingerprint")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    key: Annotated[str, Field(alias="key")]
    row_id: Annotated[uuid.UUID, Field(alias="row_id")]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]

class PublicSessionApiIdempotencyKeysUpdate(TypedDict):
    answer: NotRequired[Annotated[Optional[JsonValue], Field(alias="answer")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    fingerprint: NotRequired[Annotated[str, Field(alias="fingerprint")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    key: NotRequired[Annotated[str, Field(alias="key")]]
    row_id: NotRequired[Annotated[uuid.UUID, Field(alias="row_id")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicStudyChats(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    profile_id: uuid.UUID = Field(alias="profile_id")
    session_id: uuid.UUID = Field(alias="session_id")
    title: Optional[str] = Field(alias="title")

class PublicStudyChatsInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    profile_id: Annotated[uuid.UUID, Field(alias="profile_id")]
    session_id: Annotated[uuid.UUID, Field(alias="session_id")]
    title: NotRequired[Annotated[Optional[str], Field(alias="title")]]

class PublicStudyChatsUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    profile_id: NotRequired[Annotated[uuid.UUID, Field(alias="profile_id")]]
    session_id: NotRequired[Annotated[uuid.UUID, Field(alias="session_id")]]
    title: NotRequired[Annotated[Optional[str], Field(alias="title")]]

class PublicStudyChunks(BaseModel):
    chunk_index: int = Field(alias="chunk_index")
    content: str = Field(alias="content")
    created_at: datetime.datetime = Field(alias="created_at")
    document_id: uuid.UUID = Field(alias="document_id")
    id: uuid.UUID = Field(alias="id")
    profile_id: uuid.UUID = Field(alias="profile_id")

class PublicStudyChunksInsert(TypedDict):
    chunk_index: Annotated[int, Field(alias="chunk_index")]
    content: Annotated[str, Field(alias="content")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    document_id: Annotated[uuid.UUID, Field(alias="document_id")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    profile_id: Annotated[uuid.UUID, Field(alias="profile_id")]

class PublicStudyChunksUpdate(TypedDict):
    chunk_index: NotRequired[Annotated[int, Field(alias="chunk_index")]]
    content: NotRequired[Annotated[str, Field(alias="content")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    document_id: NotRequired[Annotated[uuid.UUID, Field(alias="document_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    profile_id: NotRequired[Annotated[uuid.UUID, Field(alias="profile_id")]]

class PublicStudyDocuments(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    file_name: str = Field(alias="file_name")
    id: uuid.UUID = Field(alias="id")
    mime_type: Optional[str] = Field(alias="mime_type")
    profile_id: uuid.UUID = Field(alias="profile_id")
    session_id: uuid.UUID = Field(alias="session_id")

class PublicStudyDocumentsInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    file_name: Annotated[str, Field(alias="file_name")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    mime_type: NotRequired[Annotated[Optional[str], Field(alias="mime_type")]]
    profile_id: Annotated[uuid.UUID, Field(alias="profile_id")]
    session_id: Annotated[uuid.UUID, Field(alias="session_id")]

class PublicStudyDocumentsUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    file_name: NotRequired[Annotated[str, Field(alias="file_name")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    mime_type: NotRequired[Annotated[Optional[str], Field(alias="mime_type")]]
    profile_id: NotRequired[Annotated[uuid.UUID, Field(alias="profile_id")]]
    session_id: NotRequired[Annotated[uuid.UUID, Field(alias="session_id")]]

class PublicStudyMessages(BaseModel):
    chat_id: uuid.UUID = Field(alias="chat_id")
    content: str = Field(alias="content")
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    profile_id: uuid.UUID = Field(alias="profile_id")
    role: Literal["user", "assistant", "system"] = Field(alias="role")

class PublicStudyMessagesInsert(TypedDict):
    chat_id: Annotated[uuid.UUID, Field(alias="chat_id")]
    content: Annotated[str, Field(alias="content")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    profile_id: Annotated[uuid.UUID, Field(alias="profile_id")]
    role: Annotated[Literal["user", "assistant", "system"], Field(alias="role")]

class PublicStudyMessagesUpdate(TypedDict):
    chat_id: NotRequired[Annotated[uuid.UUID, Field(alias="chat_id")]]
    content: NotRequired[Annotated[str, Field(alias="content")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    profile_id: NotRequired[Annotated[uuid.UUID, Field(alias="profile_id")]]
    role: NotRequired[Annotated[Literal["user", "assistant", "system"], Field(alias="role")]]

class PublicStudySessions(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    description: Optional[str] = Field(alias="description")
    draft_plan: Optional[JsonValue] = Field(alias="draft_plan")
    id: uuid.UUID = Field(alias="id")
    profile_id: uuid.UUID = Field(alias="profile_id")
    status: Literal["UPLOADING", "PROCESSING", "PLANNING", "READY", "FAILED"] = Field(alias="status")
    title: str = Field(alias="title")
    updated_at: datetime.datetime = Field(alias="updated_at")

class PublicStudySessionsInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    draft_plan: NotRequired[Annotated[Optional[JsonValue], Field(alias="draft_plan")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    profile_id: Annotated[uuid.UUID, Field(alias="profile_id")]
    status: NotRequired[Annotated[Literal["UPLOADING", "PROCESSING", "PLANNING", "READY", "FAILED"], Field(alias="status")]]
    title: Annotated[str, Field(alias="title")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicStudySessionsUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    draft_plan: NotRequired[Annotated[Optional[JsonValue], Field(alias="draft_plan")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    profile_id: NotRequired[Annotated[uuid.UUID, Field(alias="profile_id")]]
    status: NotRequired[Annotated[Literal["UPLOADING", "PROCESSING", "PLANNING", "READY", "FAILED"], Field(alias="status")]]
    title: NotRequired[Annotated[str, Field(alias="title")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicStudyTopics(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    position: int = Field(alias="position")
    profile_id: uuid.UUID = Field(alias="profile_id")
    session_id: uuid.UUID = Field(alias="session_id")
    title: str = Field(alias="title")

class PublicStudyTopicsInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    profile_id: Annotated[uuid.UUID, Field(alias="profile_id")]
    session_id: Annotated[uuid.UUID, Field(alias="session_id")]
    title: Annotated[str, Field(alias="title")]

class PublicStudyTopicsUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    profile_id: NotRequired[Annotated[uuid.UUID, Field(alias="profile_id")]]
    session_id: NotRequired[Annotated[uuid.UUID, Field(alias="session_id")]]
    title: NotRequired[Annotated[str, Field(alias="title")]]

class PublicUserProfiles(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    first_name: str = Field(alias="first_name")
    id: uuid.UUID = Field(alias="id")
    updated_at: datetime.datetime = Field(alias="updated_at")

class PublicUserProfilesInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    first_name: Annotated[str, Field(alias="first_name")]
    id: Annotated[uuid.UUID, Field(alias="id")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicUserProfilesUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    first_name: NotRequired[Annotated[str, Field(alias="first_name")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicWingmanMatches(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    status: Literal["pending", "accepted", "declined"] = Field(alias="status")
    user1_id: uuid.UUID = Field(alias="user1_id")
    user2_id: uuid.UUID = Field(alias="user2_id")

class PublicWingmanMatchesInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    status: NotRequired[Annotated[Literal["pending", "accepted", "declined"], Field(alias="status")]]
    user1_id: Annotated[uuid.UUID, Field(alias="user1_id")]
    user2_id: Annotated[uuid.UUID, Field(alias="user2_id")]

class PublicWingmanMatchesUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    status: NotRequired[Annotated[Literal["pending", "accepted", "declined"], Field(alias="status")]]
    user1_id: NotRequired[Annotated[uuid.UUID, Field(alias="user1_id")]]
    user2_id: NotRequired[Annotated[uuid.UUID, Field(alias="user2_id")]]

class PublicWingmanSessions(BaseModel):
    absent: Optional[Literal["user1", "user2"]] = Field(alias="absent")
    completed_at: Optional[datetime.datetime] = Field(alias="completed_at")
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    match_id: uuid.UUID = Field(alias="match_id")
    notes: Optional[str] = Field(alias="notes")
    scheduled_time: datetime.datetime = Field(alias="scheduled_time")
    status: Literal["scheduled", "in_progress", "completed", "cancelled", "no_show"] = Field(alias="status")
    user1_challenge_id: uuid.UUID = Field(alias="user1_challenge_id")
    user1_completed_confirmed_by_user2: bool = Field(alias="user1_completed_confirmed_by_user2")
    user2_challenge_id: uuid.UUID = Field(alias="user2_challenge_id")
    user2_completed_confirmed_by_user1: bool = Field(alias="user2_completed_confirmed_by_user1")
    venue_name: str = Field(alias="venue_name")

class PublicWingmanSessionsInsert(TypedDict):
    absent: NotRequired[Annotated[Optional[Literal["user1", "user2"]], Field(alias="absent")]]
    completed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="completed_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    match_id: Annotated[uuid.UUID, Field(alias="match_id")]
    notes: NotRequired[Annotated[Optional[str], Field(alias="notes")]]
    scheduled_time: Annotated[datetime.datetime, Field(alias="scheduled_time")]
    status: NotRequired[Annotated[Literal["scheduled", "in_progress", "completed", "cancelled", "no_show"], Field(alias="status")]]
    user1_challenge_id: Annotated[uuid.UUID, Field(alias="user1_challenge_id")]
    user1_completed_confirmed_by_user2: NotRequired[Annotated[bool, Field(alias="user1_completed_confirmed_by_user2")]]
    user2_challenge_id: Annotated[uuid.UUID, Field(alias="user2_challenge_id")]
    user2_completed_confirmed_by_user1: NotRequired[Annotated[bool, Field(alias="user2_completed_confirmed_by_user1")]]
    venue_name: Annotated[str, Field(alias="venue_name")]

class PublicWingmanSessionsUpdate(TypedDict):
    absent: NotRequired[Annotated[Optional[Literal["user1", "user2"]], Field(alias="absent")]]
    completed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="completed_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    match_id: NotRequired[Annotated[uuid.UUID, Field(alias="match_id")]]
    notes: NotRequired[Annotated[Optional[str], Field(alias="notes")]]
    scheduled_time: NotRequired[Annotated[datetime.datetime, Field(alias="scheduled_time")]]
    status: NotRequired[Annotated[Literal["scheduled", "in_progress", "completed", "cancelled", "no_show"], Field(alias="status")]]
    user1_challenge_id: NotRequired[Annotated[uuid.UUID, Field(alias="user1_challenge_id")]]
    user1_completed_confirmed_by_user2: NotRequired[Annotated[bool, Field(alias="user1_completed_confirmed_by_user2")]]
    user2_challenge_id: NotRequired[Annotated[uuid.UUID, Field(alias="user2_challenge_id")]]
    user2_completed_confirmed_by_user1: NotRequired[Annotated[bool, Field(alias="user2_completed_confirmed_by_user1")]]
    venue_name: NotRequired[Annotated[str, Field(alias="venue_name")]]

class PublicWingmanSessionDetails(BaseModel):
    absent: Optional[Literal["user1", "user2"]] = Field(alias="absent")
    accepted: bool = Field(alias="accepted")
    can_cancel: bool = Field(alias="can_cancel")
    can_confirm: bool = Field(alias="can_confirm")
    can_report_no_show: bool = Field(alias="can_report_no_show")
    completed_at: Optional[datetime.datetime] = Field(alias="completed_at")
    created_at: datetime.datetime = Field(alias="created_at")
    due: bool = Field(alias="due")
    id: uuid.UUID = Field(alias="id")
    match_id: uuid.UUID = Field(alias="match_id")
    notes: Optional[str] = Field(alias="notes")
    participants: Optional[JsonValue] = Field(alias="participants")
    scheduled_time: datetime.datetime = Field(alias="scheduled_time")
    status: Literal["scheduled", "in_progress", "completed", "cancelled", "no_show"] = Field(alias="status")
    user1_completed_confirmed_by_user2: bool = Field(alias="user1_completed_confirmed_by_user2")
    user1_id: uuid.UUID = Field(alias="user1_id")
    user2_completed_confirmed_by_user1: bool = Field(alias="user2_completed_confirmed_by_user1")
    user2_id: uuid.UUID = Field(alias="user2_id")
    venue_name: str = Field(alias="venue_name")
    version: str = Field(alias="version")
    you: Literal["user1", "user2"] = Field(alias="you")
