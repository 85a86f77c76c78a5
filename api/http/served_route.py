"""A route as it is served: what it does, and no more steps to its function than it needs."""

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
"""Where FastAPI looks for what closes a request's files and generators: it insists on all three."""


class ParsedRequest(Request):
    """A request whose JSON `BodyGuard` has read already."""

    async def json(self) -> Any:
        """Return the body as it was parsed."""
        return self.scope[JSON] if JSON in self.scope else await super().json()


class ServedRoute(APIRoute):
    """A route that tells the request's record what it does.

    FastAPI's own way from a route to its function has two exit stacks, and handlers of exceptions
    that `Frame` answers; it looks for routers included in others, of which there are none.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.operation = self.other_method = Operation(self.path_format)
        self._literal = self.path_format.partition("{")[0]
        self._answer = self.get_route_handler()
        self.app = self._respond

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Compare the path: what comes before its first parameter tells most routes apart."""
        if self._literal not in scope["path"]:
            return Match.NONE, {}
        match, found = Route.matches(self, scope)
        found["route"] = self
        return match, found

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or refuse its method."""
        known = self.methods is None or scope["method"] in self.methods
        exchange.served_by(self.operation if known else self.other_method)
        await Route.handle(self, scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = ParsedRequest(scope, receive, send)
        async with AsyncExitStack() as stack:
            scope.update(dict.fromkeys(STACKS, stack))
            response = await self._answer(request)
            await response(scope, receive, send)
