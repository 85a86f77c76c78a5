"""Errors in the OpenAPI document: their schemas, and which of them a route can return."""

from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from api.errors import CODES, ApiError, Code, FieldError
from api.schemas.left_out import LEFT_OUT, without_default


class ErrorDetail(BaseModel):
    """The error: a code for programs, a message for people."""

    code: Code = Field(examples=["SESSION_NOT_FOUND"])
    message: str = Field(examples=["Session not found."])
    field: str = Field(
        LEFT_OUT,
        description="The field of the request's body that caused the error, if there is one.",
        examples=["scheduled_time"],
        json_schema_extra=without_default,
    )


class ValidationErrorDetail(ErrorDetail):
    """The error, and which values caused it."""

    code: Literal["VALIDATION_ERROR"] = Field(examples=["VALIDATION_ERROR"])
    message: str = Field(examples=["Some values are not valid."])
    errors: list[FieldError]


class ErrorAnswer(BaseModel):
    """The one shape of every error."""

    detail: ErrorDetail


class ValidationErrorAnswer(BaseModel):
    """The shape of a 422: an error with the values that were refused."""

    detail: ValidationErrorDetail


ON_EVERY_ROUTE: Final[tuple[Code, ...]] = (
    "REFUSED_BY_PROJECT",
    "NOT_AUTHENTICATED",
    "ANONYMOUS_USER",
    "SECOND_FACTOR_REQUIRED",
    "UNKNOWN_CELL",
    "VALIDATION_ERROR",
    "RATE_LIMITED",
    "INTERNAL_ERROR",
    "DATABASE_UNAVAILABLE",
    "OUTCOME_UNKNOWN",
)


def responses(*codes: Code) -> dict[int | str, dict[str, Any]]:
    """Document `codes` for a route: FastAPI's `responses=`, with a model and examples.

    A route's entry for a status replaces its router's, so each repeats the codes of every route.
    """
    documented: dict[int | str, dict[str, Any]] = {}
    statuses = {CODES[code].status for code in codes}
    shared = [code for code in ON_EVERY_ROUTE if CODES[code].status in statuses]
    for code in dict.fromkeys([*codes, *shared]):
        meaning = CODES[code]
        entry = documented.setdefault(
            meaning.status,
            {
                "model": ValidationErrorAnswer if meaning.status == 422 else ErrorAnswer,
                "description": "",
                "content": {"application/json": {"examples": {}}},
            },
        )
        entry["description"] = " · ".join(filter(None, [entry["description"], f"`{code}`"]))
        errors = (
            [FieldError(field="session_id", message="This is not a valid UUID.")]
            if meaning.status == 422
            else None
        )
        entry["content"]["application/json"]["examples"][code] = {
            "value": ApiError(code, errors=errors).body()
        }
        if meaning.headers:
            entry["headers"] = {
                name: {"schema": {"type": "string"}, "example": value}
                for name, value in meaning.headers.items()
            }
    return documented


EVERY_ROUTE: Final = responses(*ON_EVERY_ROUTE)
"""The errors that every route with a user can return."""
