"""How errors become answers: ours, the framework's, and those that nobody foresaw."""

import logging

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import ApiError, FieldError, invalid
from api.http.validation import field_errors

logger = logging.getLogger(__name__)


def render(error: ApiError) -> JSONResponse:
    """Make the answer that an error stands for."""
    return JSONResponse(error.body(), error.status, error.headers)


async def on_api_error(_: Request, error: ApiError) -> JSONResponse:
    """Answer what was raised on purpose."""
    return render(error)


async def on_invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
    """Answer a request that does not fit the route's parameters or body."""
    return render(invalid(*field_errors(error.errors())))


async def on_http_exception(request: Request, error: HTTPException) -> JSONResponse:
    """Answer Starlette's and FastAPI's own refusals in our shape."""
    if error.status_code == 404:
        return render(ApiError("NOT_FOUND"))
    if error.status_code == 405:
        allow = ", ".join(allowed_methods(request))
        return render(ApiError("METHOD_NOT_ALLOWED", headers={"Allow": allow}))
    if error.status_code == 413:
        return render(ApiError("PAYLOAD_TOO_LARGE"))
    if error.status_code < 500:  # FastAPI's 400 for a body that it could not read
        return render(invalid(FieldError(field="body", message="This could not be read.")))
    logger.error("unexpected %s from the framework", error.status_code, exc_info=error)
    return render(ApiError("INTERNAL_ERROR"))


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
            await render(error)(scope, receive, send)
        except Exception:
            if started:
                raise
            logger.exception("unhandled error")  # the request's own line says in which route
            await render(ApiError("INTERNAL_ERROR"))(scope, receive, send)


def install(app: FastAPI) -> None:
    """Make every error that `app` answers take the one shape."""
    app.exception_handler(ApiError)(on_api_error)
    app.exception_handler(RequestValidationError)(on_invalid_request)
    app.exception_handler(HTTPException)(on_http_exception)
