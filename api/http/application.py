"""FastAPI with our layers around it instead of its own."""

from typing import Any

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.served_route import ServedRoute


class Application(FastAPI):
    """Leaves out the layers that FastAPI puts around every application.

    They handle exceptions, limit bodies and close files, which `Frame`, `BodyGuard` and
    `ServedRoute` do already. Each layer would cost every request two more calls, and some wrap
    `send` once more.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.router.route_class = ServedRoute

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request without asking whether FastAPI should trace it."""
        if scope["type"] == "http":
            await Starlette.__call__(self, scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        app: ASGIApp = self.router
        for layer in reversed(self.user_middleware):
            app = layer.cls(app, *layer.args, **layer.kwargs)
        return app
