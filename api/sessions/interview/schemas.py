"""Request bodies and answers of the interview endpoints."""

from typing import Literal
from uuid import UUID

from pydantic import Field
from typing_extensions import TypeAliasType

from api.schemas.base import RequestBody, ResponseBody
from api.schemas.text import Shown
from api.schemas.times import Moment

InterviewStatus = TypeAliasType("InterviewStatus", Literal["active", "completed", "abandoned"])


class InterviewSessionCreate(RequestBody):
    """Which posting to practise for."""

    job_posting_id: UUID = Field(examples=["b0000000-0000-4000-8000-000000000001"])


class JobPostingBasic(ResponseBody):
    """The part of the posting that an interview shows."""

    id: UUID = Field(examples=["b0000000-0000-4000-8000-000000000001"])
    title: Shown = Field(examples=["Backend engineer"])
    company: Shown | None = Field(examples=["Initech"])


class InterviewSession(ResponseBody):
    """An interview session. If its posting is deleted, both posting fields become `null`."""

    id: UUID = Field(examples=["b1000000-0000-4000-8000-000000000001"])
    user_id: UUID = Field(examples=["00000000-0000-4000-8000-00000000000a"])
    job_posting_id: UUID | None = Field(examples=["b0000000-0000-4000-8000-000000000001"])
    status: InterviewStatus = Field(examples=["active"])
    current_question_number: int = Field(examples=[0])
    created_at: Moment
    updated_at: Moment
    job_posting: JobPostingBasic | None
