"""Turns exceptions into responses: ours, the framework's and unexpected ones."""

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
    """Ends a request with an answer that is not an error."""

    def answer(self) -> Response:
        """Make the answer."""
        raise NotImplementedError


def render(error: ApiError) -> Response:
    """Make the answer for an error."""
    exchange.refused(error.code)
    return JSONResponse(error.body(), error.status, error.headers)


def answer_to(error: Exception, scope: Scope) -> Response:
    """Make the answer for any exception.

    An unexpected one is logged and becomes a 500 in our shape, inside the CORS layer, so that
    browsers can read it.
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
        # services handle our own constraints
        logger.warning("a constraint or policy of the project refused the request: %s", error)
        return render(ApiError("REFUSED_BY_PROJECT"))
    # the request's own line has the route
    logger.error("unhandled error", exc_info=error)
    return render(ApiError("INTERNAL_ERROR"))


def from_framework(error: HTTPException, scope: Scope) -> ApiError:
    """Translate errors of Starlette and FastAPI into our codes."""
    if error.status_code == 404:
        return ApiError("NOT_FOUND")
    if error.status_code == 405:
        return ApiError("METHOD_NOT_ALLOWED", headers={"Allow": ", ".join(allowed(scope))})
    if error.status_code == 413:
        return ApiError("PAYLOAD_TOO_LARGE")
    if error.status_code < 500:  # FastAPI's 400 for an unreadable body
        return invalid(FieldError(field="body", message="The body could not be read."))
    logger.error("unexpected %s from the framework", error.status_code, exc_info=error)
    return ApiError("INTERNAL_ERROR")


def allowed(scope: Scope) -> list[str]:
    """List every method that the request's path supports.

    Starlette's own `Allow` lists only the methods of the first route at that path.
    """
    routes: list[BaseRoute] = scope["app"].routes
    found = [
        method
        for method in METHODS
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in routes)
    ]
    return ["GET", "HEAD", *found[1:]] if found[:1] == ["GET"] else found
