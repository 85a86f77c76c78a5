"""FastAPI with our layers around it, in place of its own."""

from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.types import ASGIApp


class Application(FastAPI):
    """Leaves out the layers that FastAPI puts around every application.

    They answer exceptions and limit bodies, which `Frame` and `BodyGuard` do: each would cost every
    request two more calls and another wrapped `send`. What gives FastAPI its files to close stays.
    """

    def build_middleware_stack(self) -> ASGIApp:
        app: ASGIApp = AsyncExitStackMiddleware(self.router)
        for layer in reversed(self.user_middleware):
            app = layer.cls(app, *layer.args, **layer.kwargs)
        return app
