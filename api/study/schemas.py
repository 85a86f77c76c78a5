"""What the study endpoints take and answer."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue
from pydantic.json_schema import SkipJsonSchema

from api.body import Replacement, RequestBody
from api.study.rules import Status
from api.text import Description, Title

DraftPlan = dict[str, JsonValue] | list[JsonValue]


class CreateSessionRequest(RequestBody):
    """A new study session. It starts as `UPLOADING`."""

    title: Title = Field(examples=["Linear algebra"])
    description: Description | None = Field(None, examples=["Chapters 1 to 3"])


def given(value: object) -> object:
    """Refuse `null` where leaving the field out is meant."""
    if value is None:
        raise ValueError("This cannot be null; leave it out to keep it as it is.")
    return value


def without_default(schema: dict[str, Any]) -> None:
    """Show a field that may be left out without the default that stands for that."""
    schema.pop("default", None)


Given = BeforeValidator(given)


class UpdateSessionRequest(Replacement):
    """What to change. A field that is left out stays as it is; `null` clears where it may.

    A session may be sent back as it was read: the fields that the API decides are ignored.
    """

    read_only: ClassVar[frozenset[str]] = frozenset(
        {"id", "profile_id", "created_at", "updated_at"}
    )

    title: Annotated[Title | SkipJsonSchema[None], Given] = Field(
        None, examples=["Linear algebra"], json_schema_extra=without_default
    )
    description: Description | None = Field(None, examples=["Chapters 1 to 3"])
    draft_plan: DraftPlan | None = Field(None, examples=[{"weeks": [{"topic": "Vectors"}]}])
    status: Annotated[Status | SkipJsonSchema[None], Given] = Field(
        None,
        description="`UPLOADING` → `PROCESSING` → `PLANNING` → `READY`, and any → `FAILED`.",
        examples=["PROCESSING"],
        json_schema_extra=without_default,
    )


class Session(BaseModel):
    """A study session."""

    model_config = ConfigDict(hide_input_in_errors=True)

    id: UUID
    profile_id: UUID = Field(description="The owner's id.")
    title: str = Field(examples=["Linear algebra"])
    description: str | None = Field(examples=["Chapters 1 to 3"])
    status: Status
    draft_plan: JsonValue = Field(examples=[{"weeks": [{"topic": "Vectors"}]}])
    created_at: datetime
    updated_at: datetime
