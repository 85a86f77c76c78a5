"""A route that records what it does and calls its function with few steps."""

from contextlib import AsyncExitStack
from typing import Any, Final

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from api.http.body import JSON
from api.observability import exchange
from api.operations import Operation

STACKS: Final = ("fastapi_middleware_astack", "fastapi_inner_astack", "fastapi_function_astack")
"""Where FastAPI expects the exit stacks of a request; it requires all three."""


class ParsedRequest(Request):
    """A request whose JSON `BodyGuard` has already parsed."""

    async def json(self) -> Any:
        """Return the parsed body."""
        return self.scope[JSON] if JSON in self.scope else await super().json()


class ServedRoute(APIRoute):
    """A route that tells the request's record what it does.

    FastAPI's own path from a route to its function has two exit stacks, exception handlers that
    duplicate `Frame`'s, and a search for nested routers, of which there are none.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.operation = Operation(self.path_format)
        self._literal = self.path_format.partition("{")[0]
        self._answer = self.get_route_handler()
        self.app = self._respond

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match the path, comparing its static prefix first: that rules out most routes."""
        if self._literal not in scope["path"]:
            return Match.NONE, {}
        match, found = Route.matches(self, scope)
        found["route"] = self
        return match, found

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or raise if the method is not allowed."""
        exchange.served_by(self.operation)
        if self.methods is None or scope["method"] in self.methods:
            await self._respond(scope, receive, send)
        else:
            await Route.handle(self, scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = ParsedRequest(scope, receive, send)
        async with AsyncExitStack() as stack:
            scope.update(dict.fromkeys(STACKS, stack))
            response = await self._answer(request)
            await response(scope, receive, send)
