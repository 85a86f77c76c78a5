"""Request bodies and answers of the study endpoints."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from pydantic import (
    Field,
)
from typing_extensions import TypeAliasType

from api.schemas.base import Replacement, RequestBody, ResponseBody
from api.schemas.left_out import LEFT_OUT, without_default
from api.schemas.text import Description, Shown, Title
from api.schemas.times import Moment
from api.sessions.study.plans import AnyPlan, DraftPlan
from api.sessions.study.rules import Status

StudyStatus = TypeAliasType("StudyStatus", Status)
"""A status, under its name in the OpenAPI document."""


class CreateSessionRequest(RequestBody):
    """A new study session. It starts as `UPLOADING`."""

    title: Title = Field(examples=["Linear algebra"])
    description: Description | None = Field(None, examples=["Chapters 1 to 3"])


class UpdateSessionRequest(Replacement):
    """What to change. An omitted field keeps its value; `null` clears a nullable one.

    A session may be sent back as it was read: the fields that the API sets are ignored.
    """

    read_only: ClassVar[frozenset[str]] = frozenset(
        {"id", "profile_id", "created_at", "updated_at"}
    )

    title: Title = Field(LEFT_OUT, examples=["Linear algebra"], json_schema_extra=without_default)
    description: Description | None = Field(None, examples=["Chapters 1 to 3"])
    draft_plan: DraftPlan = Field(
        None,
        description="Any object or list, of at most 65536 bytes with its numbers written out, and "
        "2000 parts.",
        examples=[{"weeks": [{"topic": "Vectors"}]}],
    )
    status: StudyStatus = Field(
        LEFT_OUT,
        description="`UPLOADING` → `PROCESSING` → `PLANNING` → `READY`, and any → `FAILED`.",
        examples=["READY"],
        json_schema_extra=without_default,
    )


EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class StudySession(ResponseBody):
    """A study session."""

    id: UUID = Field(examples=["a0000000-0000-4000-8000-000000000001"])
    profile_id: UUID = Field(
        description="The owner's id.", examples=["00000000-0000-4000-8000-00000000000a"]
    )
    title: Shown = Field(examples=["Linear algebra"])
    description: Shown | None = Field(examples=["Chapters 1 to 3"])
    status: StudyStatus = Field(examples=["PLANNING"])
    draft_plan: AnyPlan = Field(
        description="If something other than the API stored the plan, parts nested deeper than 150 "
        "levels and numbers of more than 4,300 digits are returned as null.",
        examples=[{"weeks": [{"topic": "Vectors"}]}],
    )
    created_at: Moment
    updated_at: Moment

    @property
    def version(self) -> str:
        """Return the stored version for the ETag: `updated_at` rises with every update."""
        return f"{(self.updated_at - EPOCH) // timedelta(microseconds=1):x}"
