"""A stack and two APIs, each with a clock of its own."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import UUID

import httpx
import jwt
import psutil
import psycopg
import pytest

from local.accounts import postgres_account, server_programs
from local.addresses import HOST, free_port
from local.server import api_server, api_settings
from local.stack import Stack
from tests import actors
from tests.actors import Match, Sql, User, Wingman
from tests.stacks import local, scratch_folder
from tests.time.clocks import Clock

HOUR = 3600
MESSAGES = 5
"""How many messages a user may post in an hour."""
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where libfaketime puts it


@dataclass(frozen=True)
class Api:
    """An API's process."""

    address: str
    clock: Clock
    log: Path


@dataclass(frozen=True)
class Site:
    """What is served, and whose clocks can be set. PostgREST's is always right.

    `rest` is served through PostgREST, `direct` by direct connections. `night` is as `direct`, and
    when its clock is set ahead, that much time has passed for it: it is never set back.
    """

    stack: Stack
    sql: Sql
    database: Clock
    rest: Api
    direct: Api
    night: Api
    clients: list[httpx.Client] = field(default_factory=list)

    def user(self) -> User:
        """Make a user, whose token is from an issuer whose clock is right."""
        return actors.new_user(self.sql, self.stack.jwt_secret)

    def match(self) -> Match:
        """Make an accepted match."""
        return actors.new_match(self.sql, partial(actors.new_user, self.sql, self.stack.jwt_secret))

    def wingman(self, starts_in: int) -> Wingman:
        """Make a session so many seconds from now, by the database's clock."""
        session = actors.new_wingman(self.sql, self.match())
        self.sql.execute(
            "update public.wingman_sessions set scheduled_time = now() + make_interval(secs => %s)"
            " where id = %s",
            [starts_in, session.session_id],
        )
        return session

    def token(self, user_id: UUID, *, issued: int = 0, expires: int = HOUR) -> str:
        """Sign a token; times are in seconds from the real time."""
        now = int(time.time())
        claims = {
            "sub": str(user_id),
            "aud": "authenticated",
            "role": "authenticated",
            "iat": now + issued,
            "exp": now + expires,
        }
        return jwt.encode(claims, self.stack.jwt_secret, "HS256")

    def by(self, user: User, api: Api) -> httpx.Client:
        """Make a client closed after the test, whose token every clock of these tests accepts."""
        week = 7 * 24 * HOUR
        token = self.token(user.id, issued=-week, expires=week)
        # a connection that is kept would be closed by the night, perhaps as a request is sent
        headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
        made = httpx.Client(base_url=api.address, headers=headers, timeout=30)
        self.clients.append(made)
        return made

    def end_test(self) -> None:
        """Close the clients and set every clock right."""
        while self.clients:
            self.clients.pop().close()
        for clock in (self.database, self.rest.clock, self.direct.clock):
            clock.set(0)


@contextmanager
def serving(
    folder: Path, settings: dict[str, dict[str, str]], monotonic: frozenset[str] = frozenset()
) -> Iterator[list[Api]]:
    """Serve an API with each of the settings. Time passes for those that `monotonic` names."""
    with ExitStack() as cleanup:
        apis, servers = [], []
        others = _children()
        ours: set[int] = set()
        cleanup.callback(_forget, ours)  # the last thing that is done
        for name, env in settings.items():
            port, log = free_port(), folder / f"{name}.log"
            clock = Clock(folder / name, monotonic=name in monotonic)
            env = {"PATH": os.defpath, **env, **clock.variables}
            server = api_server(port, env, folder, log)
            cleanup.callback(server.stop)
            server.launch()  # side by side: it takes them seconds
            servers.append(server)
            apis.append(Api(f"http://{HOST}:{port}", clock, log))
        for server in servers:
            server.wait()
        ours |= _children() - others
        yield apis


@contextmanager
def site() -> Iterator[Site]:
    """Start all of it; skip the test where libfaketime is missing."""
    with ExitStack() as cleanup:
        folder = cleanup.enter_context(scratch_folder())
        clock = Clock(folder / "database")
        originals = server_programs(postgres_account(folder))
        programs = clock.programs(originals, folder / "programs")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("local.postgres.server_programs", lambda _: programs)
            stack = cleanup.enter_context(local.stack())
        backends = {"rest": "postgrest", "direct": "postgres", "night": "postgres"}
        settings = {
            name: api_settings(stack, backend) | {"RATE_LIMIT_MESSAGE": f"{MESSAGES}/hour"}
            for name, backend in backends.items()
        }
        rest, direct, night = cleanup.enter_context(serving(folder, settings, frozenset({"night"})))
        sql = cleanup.enter_context(psycopg.connect(stack.database_url, autocommit=True))
        yield Site(stack, sql, clock, rest, direct, night)


def _forget(pids: set[int]) -> None:
    """Remove what libfaketime leaves behind of processes that a signal has ended."""
    for pid in pids:
        for file in _SHARED_MEMORY.glob(f"*faketime_s[eh]m_{pid}"):
            file.unlink()


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}
