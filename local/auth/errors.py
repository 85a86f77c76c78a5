"""Refusals, in the shape that Supabase's clients read."""

from http import HTTPStatus

from aiohttp import web

API_VERSION = "X-Supabase-Api-Version"
_CODE_IS_TEXT_SINCE = "2024-01-01"


class AuthError(Exception):
    """A refusal.

    Args:
        status: of the answer.
        code: from GoTrue's list of error codes.
        message: GoTrue's own words where it has some: apps show and compare them.
        more: further members of the answer, besides the code and the message.

    """

    def __init__(
        self, status: HTTPStatus, code: str, message: str, more: dict[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.more = more or {}

    def answer(self, request: web.Request) -> web.Response:
        """Return it in the format of the client's API version."""
        if request.headers.get(API_VERSION, "") >= _CODE_IS_TEXT_SINCE:
            body = {"code": self.code, "message": self.message, **self.more}
            headers = {API_VERSION: _CODE_IS_TEXT_SINCE}
        else:
            body = {
                "code": int(self.status),
                "error_code": self.code,
                "msg": self.message,
                **self.more,
            }
            headers = {}
        return web.json_response(body, status=self.status, headers=headers)


def invalid(message: str, code: str = "validation_failed") -> AuthError:
    """Make the 400 for an invalid request."""
    return AuthError(HTTPStatus.BAD_REQUEST, code, message)


def forbidden(code: str, message: str) -> AuthError:
    """Make the 403 for a token that is not accepted."""
    return AuthError(HTTPStatus.FORBIDDEN, code, message)


def unprocessable(code: str, message: str, more: dict[str, object] | None = None) -> AuthError:
    """Make the 422 for a valid request that cannot be fulfilled."""
    return AuthError(HTTPStatus.UNPROCESSABLE_ENTITY, code, message, more)


def too_many(message: str) -> AuthError:
    """Make the 429."""
    return AuthError(HTTPStatus.TOO_MANY_REQUESTS, "over_request_rate_limit", message)
