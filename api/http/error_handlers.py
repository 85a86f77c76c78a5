"""How exceptions become answers: ours, the framework's, and those that nobody foresaw."""

import logging

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from api.database.refusals import ConstraintError, DeniedError
from api.errors import ApiError, FieldError, invalid
from api.http.validation import field_errors
from api.observability import exchange

logger = logging.getLogger(__name__)

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Interruption(Exception):  # noqa: N818 - no error
    """Ends a request with an answer that is no error."""

    def answer(self) -> Response:
        """Make the answer."""
        raise NotImplementedError


def render(error: ApiError) -> Response:
    """Make the answer that an error stands for."""
    exchange.refused(error.code)
    return JSONResponse(error.body(), error.status, error.headers)


def answer_to(error: Exception, scope: Scope) -> Response:
    """Answer whatever was raised.

    What nobody foresaw is logged and becomes a 500 in our shape, inside the layer that lets a
    browser read it.
    """
    if isinstance(error, ApiError):
        return render(error)
    if isinstance(error, RequestValidationError):
        return render(invalid(*field_errors(error.errors())))
    if isinstance(error, HTTPException):
        return render(from_framework(error, scope))
    if isinstance(error, Interruption):
        return error.answer()
    if isinstance(error, (ConstraintError, DeniedError)):
        # ours are foreseen where they may refuse
        logger.warning("a constraint or policy of the project's refuses the request: %s", error)
        return render(ApiError("REFUSED_BY_PROJECT"))
    # the request's own line says in which route
    logger.error("unhandled error", exc_info=error)
    return render(ApiError("INTERNAL_ERROR"))


def from_framework(error: HTTPException, scope: Scope) -> ApiError:
    """Say in our codes what Starlette and FastAPI refuse by themselves."""
    if error.status_code == 404:
        return ApiError("NOT_FOUND")
    if error.status_code == 405:
        return ApiError("METHOD_NOT_ALLOWED", headers={"Allow": ", ".join(allowed(scope))})
    if error.status_code == 413:
        return ApiError("PAYLOAD_TOO_LARGE")
    if error.status_code < 500:  # FastAPI's 400 for a body that it could not read
        return invalid(FieldError(field="body", message="This could not be read."))
    logger.error("unexpected %s from the framework", error.status_code, exc_info=error)
    return ApiError("INTERNAL_ERROR")


def allowed(scope: Scope) -> list[str]:
    """Find every method that the request's path takes.

    Starlette's own `Allow` names the methods of the first route at that path only.
    """
    routes: list[BaseRoute] = scope["app"].routes
    found = [
        method
        for method in METHODS
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in routes)
    ]
    return ["GET", "HEAD", *found[1:]] if found[:1] == ["GET"] else found
