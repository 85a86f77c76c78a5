"""The contenders: how each is started, its requests, and its processes."""

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal
from uuid import UUID

import httpx
import psutil

from api.settings import LOCAL_JWT_SECRET
from benchmarks.cpu import Group
from benchmarks.data import Backend
from benchmarks.load import Line
from benchmarks.operation import Operation, Request, body_of
from local.addresses import HOST, free_port
from local.keys import user_token
from local.migrations import PROJECT, login_url
from local.processes import Child

_START_SECONDS = 30
_LIMITS = ("READ", "CREATE", "MESSAGE", "CONFIRM", "WRITE", "ADDRESS")
_DAY = 24 * 60 * 60

Part = Literal["postgres", "postgrest", "api"]


@dataclass(frozen=True)
class Design:
    """A contender's description.

    Args:
        name: one word.
        title: what a person calls it.
        app: what uvicorn serves; `None` for PostgREST alone.
        parts: whose CPU time counts as its.
        patience: how many times longer than the others it is loaded, because it is so slow that
            what is under way at the end would matter.
        works: the only work that it is loaded with; all if not given.

    """

    name: str
    title: str
    app: str | None
    parts: tuple[Part, ...]
    patience: int = 1
    works: tuple[str, ...] | None = None

    def does(self, work: str) -> bool:
        """Whether it is measured with this work."""
        return self.works is None or work in self.works


OURS = Design("ours", "Session API", "api.main:create_app", ("postgres", "postgrest", "api"))
DIRECT = Design(
    "direct", "Session API, direct connections", "api.main:create_app", ("postgres", "api")
)
POSTGREST = Design("postgrest", "PostgREST alone", None, ("postgres", "postgrest"))
FLOOR = Design("floor", "FastAPI alone, no database", "benchmarks.contenders.floor:app", ("api",))
DESIGNS = (
    OURS,
    DIRECT,
    POSTGREST,
    Design(
        "classic",
        "FastAPI + SQLAlchemy + asyncpg, no RLS",
        "benchmarks.contenders.classic:app",
        ("postgres", "api"),
    ),
    Design(
        "one-client",
        "FastAPI + postgrest, one client",
        "benchmarks.contenders.one_client:app",
        ("postgres", "postgrest", "api"),
    ),
    Design(
        "tutorial",
        "FastAPI + postgrest, a client for each request",
        "benchmarks.contenders.tutorial:app",
        ("postgres", "postgrest", "api"),
        patience=3,
        works=("detail", "messages"),  # so slow that two are enough
    ),
    FLOOR,
)


class Contender:
    """A running contender.

    Args:
        design: what it is.
        backend: the servers that it works on.
        workers: how many processes serve it.
        folder: for its log.
        floor_answers: for the floor, the file with what it answers.

    """

    def __init__(
        self,
        design: Design,
        backend: Backend,
        *,
        workers: int,
        folder: Path,
        floor_answers: Path | None = None,
    ) -> None:
        self.design = design
        self.workers = workers
        self._backend = backend
        self._folder = folder
        self._floor_answers = floor_answers
        self._server: Child | None = None
        self.url = backend.stack.postgrest_url

    def start(self) -> None:
        """Start it and wait until every worker serves; PostgREST is already running.

        Raises:
            LocalError: it does not start.

        """
        groups: dict[Part, Group] = {
            "postgres": self._backend.postgres,
            "postgrest": self._backend.postgrest,
        }
        if self.design.app is not None:
            port = free_port()
            self.url = f"http://{HOST}:{port}"
            self._server = Child(
                self.design.title,
                [
                    *(sys.executable, "-m", "uvicorn", self.design.app),
                    *(("--factory",) if self.design.app.endswith("create_app") else ()),
                    *("--host", HOST, "--port", str(port), "--workers", str(self.workers)),
                    # there is no proxy in front
                    *("--no-proxy-headers", "--no-access-log", "--log-level", "warning"),
                ],
                env=self._environment(),
                log=self._folder / f"{self.design.name}-{self.workers}.log",
                is_ready=self._answers,
                start_seconds=_START_SECONDS,
            )
            before = set(psutil.Process().children())
            self._server.launch()
            groups["api"] = Group(
                child for child in psutil.Process().children() if child not in before
            )
            self._server.wait()
            time.sleep(0.5 * self.workers)  # the first worker answers before the others are ready
        self._groups = {part: groups[part] for part in self.design.parts}

    def stop(self) -> None:
        """Stop it."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def cpu(self) -> dict[Part, float]:
        """Return the CPU seconds used so far, by part."""
        return {part: group.seconds() for part, group in self._groups.items()}

    def requests(self, operation: Operation) -> Sequence[Request]:
        """Return the requests for an operation."""
        return operation.straight if self.design is POSTGREST else (operation.api,)

    def lines(self, operations: Sequence[Operation]) -> Iterator[Line]:
        """Prepare the requests for operations."""
        for operation in operations:
            for request in self.requests(operation):
                yield Line(
                    request.method,
                    request.path,
                    self._authorization(request.user),
                    request.prefer,
                    body_of(request),
                )

    def send(self, request: Request, user: UUID | None = None) -> httpx.Response:
        """Send one request, as its user or as another one."""
        headers = {"Authorization": self._authorization(user or request.user)}
        if request.prefer:
            headers["Prefer"] = request.prefer
        return httpx.request(
            request.method,
            self.url + request.path,
            headers=headers,
            json=request.body,
            timeout=_START_SECONDS,
        )

    def _authorization(self, user: UUID) -> str:
        straight = self.design is POSTGREST
        return f"Bearer {api_token(user) if straight else users_token(user)}"

    def _answers(self) -> bool:
        try:
            httpx.get(self.url + "/", timeout=1)
        except httpx.HTTPError:
            return False
        return True

    def _environment(self) -> Mapping[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PROJECT),
            "ENVIRONMENT": "development",
            # the others do not write a log line per request either
            "LOG_LEVEL": "warning",
            "LOG_FORMAT": "json",
            # counted as usual, but too high to be reached: a few users send all requests
            **{f"RATE_LIMIT_{name}": "1000000000/minute" for name in _LIMITS},
            "SUPABASE_URL": self._backend.stack.url,
            "POSTGREST_URL": self._backend.stack.postgrest_url,
            "SUPABASE_JWT_SECRET": LOCAL_JWT_SECRET,
            "API_DATABASE_URL": login_url(self._backend.stack.database_url)
            if self.design is DIRECT
            else "",
            "DATABASE_URL": self._backend.stack.database_url,
            "WORKERS": str(self.workers),
            "FLOOR_ANSWERS": str(self._floor_answers),
        }


@cache
def users_token(user: UUID) -> str:
    """Return the token that the user got when they signed in."""
    return user_token(user, _DAY)


@cache
def api_token(user: UUID) -> str:
    """Return a token like the API's, valid for a day: PostgREST alone cannot renew it."""
    return user_token(user, _DAY, role="session_api")
