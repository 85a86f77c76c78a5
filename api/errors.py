"""Every error a client can see: one shape, one closed list of codes.

`{"detail": {"code": "SESSION_NOT_FOUND", "message": "…"}}`; a 422 adds
`errors: [{field, message}]`. Clients branch on `code`; `message` is for people.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, get_args

from pydantic import BaseModel, Field

Code = Literal[
    "TOO_EARLY_TO_CONFIRM",
    "TOO_EARLY_TO_REPORT",
    "TOO_LATE_TO_CANCEL",
    "ALREADY_CONFIRMED",
    "CANNOT_CONFIRM_YOURSELF",
    "NOT_YOUR_BUDDY",
    "SESSION_CLOSED",
    "INVALID_TRANSITION",
    "MATCH_NOT_ACCEPTED",
    "CHALLENGE_NOT_FOUND",
    "SCHEDULED_IN_THE_PAST",
    "REFUSED_BY_PROJECT",
    "NOT_AUTHENTICATED",
    "ANONYMOUS_USER",
    "SECOND_FACTOR_REQUIRED",
    "UNKNOWN_CELL",
    "NOT_OWNER",
    "NOT_A_PARTICIPANT",
    "NOT_FOUND",
    "SESSION_NOT_FOUND",
    "JOB_POSTING_NOT_FOUND",
    "MATCH_NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "ACTIVE_SESSION_EXISTS",
    "CONFLICT",
    "PRECONDITION_FAILED",
    "PAYLOAD_TOO_LARGE",
    "VALIDATION_ERROR",
    "RATE_LIMITED",
    "INTERNAL_ERROR",
    "NOT_READY",
    "DATABASE_UNAVAILABLE",
    "OUTCOME_UNKNOWN",
]


class Meaning(NamedTuple):
    """A code's HTTP status, default message and headers."""

    status: int
    message: str
    headers: Mapping[str, str] = {}


RETRY_AFTER_SECONDS: Final = "1"

CODES: Final[Mapping[Code, Meaning]] = {
    "TOO_EARLY_TO_CONFIRM": Meaning(400, "The session has not started yet."),
    "TOO_EARLY_TO_REPORT": Meaning(400, "A no-show can only be reported after the scheduled time."),
    "TOO_LATE_TO_CANCEL": Meaning(
        400, "A session can only be cancelled before its scheduled time."
    ),
    "ALREADY_CONFIRMED": Meaning(400, "You have already confirmed your buddy."),
    "CANNOT_CONFIRM_YOURSELF": Meaning(400, "You cannot confirm yourself, only your buddy."),
    "NOT_YOUR_BUDDY": Meaning(400, "This person is not your buddy in this session."),
    "SESSION_CLOSED": Meaning(400, "The session is already completed, cancelled or a no-show."),
    "INVALID_TRANSITION": Meaning(400, "This status change is not allowed."),
    "MATCH_NOT_ACCEPTED": Meaning(400, "Both people must have accepted the match first."),
    "CHALLENGE_NOT_FOUND": Meaning(400, "One of the challenges does not exist."),
    "SCHEDULED_IN_THE_PAST": Meaning(400, "The scheduled time must be in the future."),
    # refused by a constraint, trigger or policy of the project; the log names it
    "REFUSED_BY_PROJECT": Meaning(400, "A rule of this project does not allow this request."),
    "NOT_AUTHENTICATED": Meaning(401, "Send a valid bearer token.", {"WWW-Authenticate": "Bearer"}),
    "ANONYMOUS_USER": Meaning(403, "Anonymous users are not allowed. Sign in with an account."),
    "SECOND_FACTOR_REQUIRED": Meaning(
        403, "Verify a second factor, then send the new token (with `aal` set to `aal2`)."
    ),
    "UNKNOWN_CELL": Meaning(
        403,
        "The token names no cell of this API. Refresh the session and send the new token; if that "
        "does not help, the account has not been assigned to a cell.",
    ),
    "NOT_OWNER": Meaning(403, "This session belongs to another user."),
    "NOT_A_PARTICIPANT": Meaning(403, "You are not a participant in this session."),
    "NOT_FOUND": Meaning(404, "Not found."),
    "SESSION_NOT_FOUND": Meaning(404, "Session not found."),
    "JOB_POSTING_NOT_FOUND": Meaning(404, "You have no job posting with this id."),
    "MATCH_NOT_FOUND": Meaning(404, "You have no match with this id."),
    "METHOD_NOT_ALLOWED": Meaning(405, "This path does not support this method."),
    "ACTIVE_SESSION_EXISTS": Meaning(409, "This match already has an active session."),
    "CONFLICT": Meaning(409, "The resource has changed. Fetch it again and retry."),
    "PRECONDITION_FAILED": Meaning(
        412, "The resource has changed since you fetched it. Fetch it again before you retry."
    ),
    "PAYLOAD_TOO_LARGE": Meaning(413, "The request body is too large."),
    "VALIDATION_ERROR": Meaning(422, "Some values are not valid."),
    "RATE_LIMITED": Meaning(429, "Too many requests. Try again later.", {"Retry-After": "1"}),
    "INTERNAL_ERROR": Meaning(500, "Something went wrong on our side."),
    "NOT_READY": Meaning(503, "This process cannot serve requests.", {"Retry-After": "1"}),
    "DATABASE_UNAVAILABLE": Meaning(
        503,
        "The database is currently unavailable. Try again shortly.",
        {"Retry-After": RETRY_AFTER_SECONDS},
    ),
    # no Retry-After: a client that retries automatically could repeat the write
    "OUTCOME_UNKNOWN": Meaning(
        503,
        "The connection to the database was lost while saving, so the change may or may not have "
        "been made. Fetch the resource before you retry; a request with an Idempotency-Key can be "
        "retried as it is.",
    ),
}
assert set(CODES) == set(get_args(Code))  # noqa: S101 - the list is closed on both sides


class FieldError(BaseModel):
    """One value of the request that was refused."""

    field: str = Field(
        description="The field's name as sent by the client; nested names are joined by dots.",
        examples=["venue_name"],
    )
    message: str = Field(examples=["This field is required."])


class ApiError(Exception):
    """An error as the client sees it. Raise it anywhere below a route.

    `code` decides the status and the default message and headers. `message` replaces the default,
    `headers` are added. `field` names the field of the body that caused the error, if there is
    one. `errors` is for `VALIDATION_ERROR` only.
    """

    def __init__(
        self,
        code: Code,
        message: str | None = None,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldError] | None = None,
    ) -> None:
        meaning = CODES[code]
        self.code: Code = code
        self.status = meaning.status
        self.message = message or meaning.message
        self.field = field
        self.headers = {**meaning.headers, **(headers or {})}
        self.errors = errors
        super().__init__(self.message)

    def body(self) -> dict[str, Any]:
        """Return the answer's JSON body."""
        detail: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.field is not None:
            detail["field"] = self.field
        if self.errors is not None:
            detail["errors"] = [error.model_dump() for error in self.errors]
        return {"detail": detail}


# A request of 64 KiB can have thousands of errors; the first ones are enough to fix it.
MAX_FIELD_ERRORS: Final = 20


def not_authenticated(message: str | None = None) -> ApiError:
    """401: no valid token. `message` says what is wrong with it, and never quotes it."""
    return ApiError("NOT_AUTHENTICATED", message)


def user_is_gone() -> ApiError:
    """401: the token's user has been deleted."""
    return not_authenticated("The token's user no longer exists. Sign in again.")


def unavailable() -> ApiError:
    """503 with `Retry-After`: PostgREST or Postgres is unreachable or too slow."""
    return ApiError("DATABASE_UNAVAILABLE")


def outcome_unknown() -> ApiError:
    """503 without `Retry-After`: the write may or may not have happened."""
    return ApiError("OUTCOME_UNKNOWN")


def invalid(*errors: FieldError) -> ApiError:
    """422: these values are not valid."""
    return ApiError("VALIDATION_ERROR", errors=errors[:MAX_FIELD_ERRORS])
