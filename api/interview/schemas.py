"""What the interview endpoints take and answer."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.body import RequestBody

Status = Literal["active", "completed", "abandoned"]


class SessionCreate(RequestBody):
    """Which posting to practise for."""

    job_posting_id: UUID


class JobPostingBasic(BaseModel):
    """The posting, as far as an interview shows it."""

    id: UUID
    title: str = Field(examples=["Backend engineer"])
    company: str | None = Field(None, examples=["Initech"])


class Session(BaseModel):
    """An interview session. It outlives its posting: then both posting fields are `null`."""

    model_config = ConfigDict(hide_input_in_errors=True)

    id: UUID
    user_id: UUID
    job_posting_id: UUID | None
    status: Status
    current_question_number: int = Field(examples=[0])
    created_at: datetime
    updated_at: datetime
    job_posting: JobPostingBasic | None
