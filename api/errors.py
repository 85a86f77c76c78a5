"""Every error a client can see: one shape, one closed list of codes.

`{"detail": {"code": "SESSION_NOT_FOUND", "message": "…"}}`, and for a 422 also
`errors: [{field, message}]`. Clients decide by `code`; `message` is for people.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, get_args

import fastapi
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.schemas.left_out import LEFT_OUT, without_default

logger = logging.getLogger(__name__)

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
    "NOT_AUTHENTICATED",
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
    "DATABASE_UNAVAILABLE",
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
    "SCHEDULED_IN_THE_PAST": Meaning(400, "A session is scheduled for a time in the future."),
    "NOT_AUTHENTICATED": Meaning(401, "Send a valid bearer token.", {"WWW-Authenticate": "Bearer"}),
    "NOT_OWNER": Meaning(403, "This session belongs to somebody else."),
    "NOT_A_PARTICIPANT": Meaning(403, "You do not take part in this session."),
    "NOT_FOUND": Meaning(404, "There is nothing at this address."),
    "SESSION_NOT_FOUND": Meaning(404, "There is no such session."),
    "JOB_POSTING_NOT_FOUND": Meaning(404, "There is no such job posting of yours."),
    "MATCH_NOT_FOUND": Meaning(404, "There is no such match of yours."),
    "METHOD_NOT_ALLOWED": Meaning(405, "This address does not take this method."),
    "ACTIVE_SESSION_EXISTS": Meaning(409, "This match already has an active session."),
    "CONFLICT": Meaning(409, "Somebody else was faster. Read again, then decide."),
    "PRECONDITION_FAILED": Meaning(
        412, "The resource has changed since you read it. Fetch it again, then decide."
    ),
    "PAYLOAD_TOO_LARGE": Meaning(413, "The request body is too large."),
    "VALIDATION_ERROR": Meaning(422, "Some of the values are not valid."),
    "RATE_LIMITED": Meaning(429, "Too many requests. Try again later.", {"Retry-After": "1"}),
    "INTERNAL_ERROR": Meaning(500, "Something went wrong on our side."),
    "DATABASE_UNAVAILABLE": Meaning(
        503,
        "The database cannot be reached at the moment. Try again shortly.",
        {"Retry-After": RETRY_AFTER_SECONDS},
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


class ErrorDetail(BaseModel):
    """What went wrong: a code for programs, a message for people."""

    code: Code = Field(examples=["SESSION_NOT_FOUND"])
    message: str = Field(examples=["There is no such session."])
    field: str = Field(
        LEFT_OUT,
        description="The field of the request's body that is to blame, where it is one.",
        examples=["scheduled_time"],
        json_schema_extra=without_default,
    )


class ValidationErrorDetail(ErrorDetail):
    """What went wrong, and with which values."""

    code: Literal["VALIDATION_ERROR"] = Field(examples=["VALIDATION_ERROR"])
    message: str = Field(examples=["Some of the values are not valid."])
    errors: list[FieldError]


class ErrorAnswer(BaseModel):
    """The one shape of every error."""

    detail: ErrorDetail


class ValidationErrorAnswer(BaseModel):
    """The shape of a 422: every error's shape, and the refused values."""

    detail: ValidationErrorDetail


class ApiError(fastapi.HTTPException):
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
        detail: dict[str, Any] = {"code": code, "message": self.message}
        if field is not None:
            detail["field"] = field
        if errors is not None:
            detail["errors"] = [error.model_dump() for error in errors]
        super().__init__(meaning.status, detail, {**meaning.headers, **(headers or {})})

    def body(self) -> dict[str, Any]:
        """Return the answer's JSON body."""
        return {"detail": self.detail}

    def response(self) -> JSONResponse:
        """Return the whole answer."""
        return JSONResponse(self.body(), self.status, self.headers)


def not_authenticated(message: str | None = None) -> ApiError:
    """401: there is no valid token. `message` says what is wrong with it, never its content."""
    return ApiError("NOT_AUTHENTICATED", message)


def user_is_gone() -> ApiError:
    """401: the token has outlived its user."""
    return not_authenticated("The token's user does not exist any more. Sign in again.")


def unavailable() -> ApiError:
    """503 with `Retry-After`: PostgREST or Postgres is away, or too slow to wait for."""
    return ApiError("DATABASE_UNAVAILABLE")


def invalid(*errors: FieldError) -> ApiError:
    """422: these values were refused."""
    return ApiError("VALIDATION_ERROR", errors=errors[:MAX_FIELD_ERRORS])


def responses(*codes: Code) -> dict[int | str, dict[str, Any]]:
    """Document `codes` for a route: FastAPI's `responses=`, with a model and examples."""
    documented: dict[int | str, dict[str, Any]] = {}
    for code in codes:
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


# What every route that needs a user can answer.
ALWAYS: Final = responses(
    "NOT_AUTHENTICATED",
    "VALIDATION_ERROR",
    "RATE_LIMITED",
    "INTERNAL_ERROR",
    "DATABASE_UNAVAILABLE",
)


# Validation ---------------------------------------------------------------------------------

# A request of 64 KiB can be wrong in thousands of places; the first ones are enough to mend it.
MAX_FIELD_ERRORS: Final = 20
MAX_FIELD_LENGTH: Final = 100

# Our words for the kinds of error whose own message repeats what was sent, or says it in Python's
# terms. Messages of the kinds in `SAYS_NO_INPUT` hold limits and expected values only.
MESSAGES: Final[Mapping[str, str]] = {
    "missing": "This field is required.",
    "extra_forbidden": "Unknown field.",
    "json_invalid": "This is not valid JSON.",
    "uuid_type": "This is not a valid UUID.",
    "uuid_parsing": "This is not a valid UUID.",
    "model_attributes_type": "Send a JSON object, with Content-Type: application/json.",
    "model_type": "Send a JSON object, with Content-Type: application/json.",
    "dict_type": "This must be an object.",
    "timezone_aware": "This must name its time zone, for example 2030-05-01T19:30:00Z.",
    "datetime_type": "This is not a valid date and time.",
    "datetime_parsing": "This is not a valid date and time.",
    "datetime_from_date_parsing": "This is not a valid date and time.",
    "datetime_object_invalid": "This is not a valid date and time.",
}
SAYS_NO_INPUT: Final = frozenset(
    {
        "bool_parsing",
        "bool_type",
        "enum",
        "float_type",
        "greater_than",
        "greater_than_equal",
        "int_from_float",
        "int_parsing",
        "int_type",
        "less_than",
        "less_than_equal",
        "list_type",
        "literal_error",
        "string_too_long",
        "string_too_short",
        "string_type",
        "too_long",
        "too_short",
    }
)


def field_name(location: Sequence[object]) -> str:
    """Name a place in the request as its sender would: `venue_name`, `limit`, `draft_plan.a.0`."""
    inside = location[1:] or location
    return ".".join(map(str, inside))[:MAX_FIELD_LENGTH]


def field_errors(raw: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """Translate pydantic's errors, without a word of what was sent."""
    found = []
    for error, _ in zip(raw, range(MAX_FIELD_ERRORS), strict=False):
        kind = error["type"]
        if kind == "value_error":  # raised by a validator of ours, in our words
            message = str(error["ctx"]["error"])
        elif kind in SAYS_NO_INPUT:
            message = f"{error['msg']}."
        else:
            message = MESSAGES.get(kind, "This is not a valid value.")
        # for invalid JSON the location ends with a byte offset, which is no field
        location = error["loc"][:1] if kind == "json_invalid" else error["loc"]
        found.append(FieldError(field=field_name(location), message=message))
    return found


# Handlers -----------------------------------------------------------------------------------


async def on_api_error(_: Request, error: ApiError) -> JSONResponse:
    """Answer what was raised on purpose."""
    return error.response()


async def on_invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
    """Answer a request that does not fit the route's parameters or body."""
    return invalid(*field_errors(error.errors())).response()


async def on_http_exception(request: Request, error: HTTPException) -> JSONResponse:
    """Answer Starlette's and FastAPI's own refusals in our shape."""
    if error.status_code == 404:
        return ApiError("NOT_FOUND").response()
    if error.status_code == 405:
        allow = ", ".join(allowed_methods(request))
        return ApiError("METHOD_NOT_ALLOWED", headers={"Allow": allow}).response()
    if error.status_code == 413:
        return ApiError("PAYLOAD_TOO_LARGE").response()
    if error.status_code < 500:  # FastAPI's 400 for a body that it could not read
        return invalid(FieldError(field="body", message="This could not be read.")).response()
    logger.error("unexpected %s from the framework", error.status_code, exc_info=error)
    return ApiError("INTERNAL_ERROR").response()


def allowed_methods(request: Request) -> list[str]:
    """Find every method that the request's path takes.

    Starlette's own `Allow` names the methods of the first route at that path only.
    """
    found = [
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        for scope in [{**request.scope, "method": method}]
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
    ]
    return ["GET", "HEAD", *found[1:]] if found[:1] == ["GET"] else found


class UnhandledErrors:
    """ASGI middleware: an exception that nobody foresaw is logged and becomes a 500 in our shape.

    It stands inside the CORS middleware, unlike Starlette's own: a browser may read this answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application; answer 500 if it fails before it has answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except ApiError as error:  # raised by a middleware inside this one
            if started:
                raise
            await error.response()(scope, receive, send)
        except Exception:
            if started:
                raise
            logger.exception("unhandled error")  # the request's own line says in which route
            await ApiError("INTERNAL_ERROR").response()(scope, receive, send)


def install(app: fastapi.FastAPI) -> None:
    """Make every error that `app` answers take the one shape."""
    app.exception_handler(ApiError)(on_api_error)
    app.exception_handler(RequestValidationError)(on_invalid_request)
    app.exception_handler(HTTPException)(on_http_exception)
