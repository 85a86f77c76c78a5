"""Every error a client can see: one shape, one closed list of codes.

`{"detail": {"code": "SESSION_NOT_FOUND", "message": "…"}}`, and for a 422 also
`errors: [{field, message}]`. Clients decide by `code`; `message` is for people.
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
    """What a code says over HTTP: its status, its default message, its headers."""

    status: int
    message: str
    headers: Mapping[str, str] = {}


RETRY_AFTER_SECONDS: Final = "1"

CODES: Final[Mapping[Code, Meaning]] = {
    "TOO_EARLY_TO_CONFIRM": Meaning(400, "The session has not started yet."),
    "TOO_EARLY_TO_REPORT": Meaning(
        400, "A no-show can be reported from the scheduled time on, not before."
    ),
    "TOO_LATE_TO_CANCEL": Meaning(400, "A session can be cancelled before its time only."),
    "ALREADY_CONFIRMED": Meaning(400, "You have already confirmed your buddy."),
    "CANNOT_CONFIRM_YOURSELF": Meaning(400, "You can confirm only your buddy, not yourself."),
    "NOT_YOUR_BUDDY": Meaning(400, "This person is not your buddy in this session."),
    "SESSION_CLOSED": Meaning(400, "The session is already completed, cancelled or missed."),
    "INVALID_TRANSITION": Meaning(400, "The status cannot change in this way."),
    "MATCH_NOT_ACCEPTED": Meaning(400, "Both people must have accepted the match first."),
    "CHALLENGE_NOT_FOUND": Meaning(400, "One of the challenges does not exist."),
    "SCHEDULED_IN_THE_PAST": Meaning(400, "The scheduled time must be in the future."),
    # a constraint, trigger or policy of the project's own; which, the log says
    "REFUSED_BY_PROJECT": Meaning(400, "A rule of this project does not allow this."),
    "NOT_AUTHENTICATED": Meaning(401, "Send a valid bearer token.", {"WWW-Authenticate": "Bearer"}),
    "ANONYMOUS_USER": Meaning(403, "Anonymous users are not allowed. Sign in with an account."),
    "SECOND_FACTOR_REQUIRED": Meaning(
        403, "Verify your second factor, then send the new token (its `aal` is `aal2`)."
    ),
    "NOT_OWNER": Meaning(403, "This session belongs to somebody else."),
    "NOT_A_PARTICIPANT": Meaning(403, "You do not take part in this session."),
    "NOT_FOUND": Meaning(404, "Not found."),
    "SESSION_NOT_FOUND": Meaning(404, "There is no such session."),
    "JOB_POSTING_NOT_FOUND": Meaning(404, "There is no such job posting of yours."),
    "MATCH_NOT_FOUND": Meaning(404, "There is no such match of yours."),
    "METHOD_NOT_ALLOWED": Meaning(405, "This path does not support this method."),
    "ACTIVE_SESSION_EXISTS": Meaning(409, "This match already has an active session."),
    "CONFLICT": Meaning(409, "The resource has changed. Fetch it again and retry."),
    "PRECONDITION_FAILED": Meaning(
        412, "The resource has changed since you read it. Fetch it again, then decide."
    ),
    "PAYLOAD_TOO_LARGE": Meaning(413, "The request body is too large."),
    "VALIDATION_ERROR": Meaning(422, "Some of the values are not valid."),
    "RATE_LIMITED": Meaning(429, "Too many requests. Try again later.", {"Retry-After": "1"}),
    "INTERNAL_ERROR": Meaning(500, "Something went wrong on our side."),
    "NOT_READY": Meaning(503, "This process cannot serve requests.", {"Retry-After": "1"}),
    "DATABASE_UNAVAILABLE": Meaning(
        503,
        "The database cannot be reached at the moment. Try again shortly.",
        {"Retry-After": RETRY_AFTER_SECONDS},
    ),
    # no Retry-After: a client that retries by itself could do twice what happened
    "OUTCOME_UNKNOWN": Meaning(
        503,
        "The connection to the database was lost while saving, so the change may have been made or "
        "not. Fetch the resource before you retry; a request with an Idempotency-Key can be "
        "retried as it is.",
    ),
}
assert set(CODES) == set(get_args(Code))  # noqa: S101 - the list is closed on both sides


class FieldError(BaseModel):
    """One value of the request that was refused."""

    field: str = Field(
        description="Its name as the client sent it; nested ones are joined by dots.",
        examples=["venue_name"],
    )
    message: str = Field(examples=["This field is required."])


class ApiError(Exception):
    """A refusal as the client will see it. Raise it anywhere below a route.

    `code` decides the status and the default message and headers; `message` and `headers`
    replace or add to them; `field` is the one of the body's that is to blame, where it is one;
    `errors` belongs to `VALIDATION_ERROR` alone.
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


# A request of 64 KiB can be wrong in thousands of places; the first ones are enough to mend it.
MAX_FIELD_ERRORS: Final = 20


def not_authenticated(message: str | None = None) -> ApiError:
    """401: there is no valid token. `message` says what is wrong with it, never its content."""
    return ApiError("NOT_AUTHENTICATED", message)


def user_is_gone() -> ApiError:
    """401: the token has outlived its user."""
    return not_authenticated("The token's user does not exist any more. Sign in again.")


def unavailable() -> ApiError:
    """503 with `Retry-After`: PostgREST or Postgres is away, or too slow to wait for."""
    return ApiError("DATABASE_UNAVAILABLE")


def outcome_unknown() -> ApiError:
    """503 without `Retry-After`: whether the write happened is not known."""
    return ApiError("OUTCOME_UNKNOWN")


def invalid(*errors: FieldError) -> ApiError:
    """422: these values were refused."""
    return ApiError("VALIDATION_ERROR", errors=errors[:MAX_FIELD_ERRORS])
