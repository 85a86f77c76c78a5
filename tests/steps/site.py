"""The API in this process, with a wire between it and its database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from api.database.backend import Backend
from api.database.backends import open_backend
from api.database.caller import Upstream
from api.http.readiness import Readiness
from api.http.state import State
from api.identity.auth import Authenticator
from api.main import create_app
from api.rate_limits.users import Limits
from api.settings import Settings
from local.migrations import login_url
from local.project import Project
from local.server import api_settings
from tests.actors import User
from tests.installed import INSTALLED

FOR_EVER = 600.0
"""Seconds: longer than any test."""


class Served:
    """An application with its state, as a server has it."""

    def __init__(self, app: FastAPI, settings: Settings, backend: Backend) -> None:
        self._app = app
        self._settings = settings
        self.backend = backend
        self._http = httpx.AsyncClient()

    async def send(
        self,
        user: User | None,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Send a request as a user."""
        signed_in = {} if user is None else {"Authorization": f"Bearer {user.token}"}
        transport = httpx.ASGITransport(self._serve, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(
                method, path, json=body, headers={**signed_in, **(headers or {})}
            )

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        # a new one each time: an answer of `/readyz` holds for a second
        scope["state"] = State(
            settings=self._settings,
            authenticator=Authenticator(self._settings, self._http),
            databases=Upstream(self._settings, self.backend),
            limits=Limits(self._settings),
            readiness=Readiness(),
        )
        await self._app(scope, receive, send)


def settings_for(project: Project, backend: str, port: int, *, patient: bool = False) -> Settings:
    """The API's settings on a project, whose database is reached at another port.

    `patient`: without time limits, for requests that wait for their turn.
    """
    named = {name.lower(): value for name, value in api_settings(project, backend).items() if value}
    named |= {"rate_limits": "off", "kinds": ",".join(INSTALLED)}
    if backend == "postgres":
        there = urlsplit(login_url(project.database_url))
        user = there.netloc.rpartition("@")[0]
        limits = "&options=-c%20statement_timeout%3D0%20-c%20lock_timeout%3D0" if patient else ""
        named["api_database_url"] = there._replace(
            netloc=f"{user}@127.0.0.1:{port}", query=f"sslmode=disable{limits}"
        ).geturl()
        # for who waits for a turn one: a second would be opened or not, as the clock has it
        named["api_database_connections"] = "1" if patient else "2"
    else:
        named["postgrest_url"] = f"http://127.0.0.1:{port}"
    settings = Settings(_env_file=None, **named)  # type: ignore[arg-type]
    return settings.model_copy(update={"database_timeout": FOR_EVER}) if patient else settings


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[Served]:
    """Serve with these settings."""
    async with open_backend(settings) as backend:
        yield Served(application(), settings, backend)


@cache
def application() -> FastAPI:
    """The application, whose state comes with each request."""
    kinds = ",".join(INSTALLED)
    return create_app(Settings(environment="development", kinds=kinds, _env_file=None))
