"""A stack whose PostgREST or Postgres is killed, stopped or frozen."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import psutil
import psycopg

from local.addresses import HOST, free_port
from local.processes import Child
from local.server import api_server, api_settings
from local.stack import Stack
from tests import actors
from tests.actors import Wingman
from tests.stacks import scratch_folder

SESSIONS = "/api/v1/wingman/sessions"


@dataclass
class Site:
    """An API on a stack whose parts can be taken away."""

    stack: Stack
    api: httpx.Client
    backend: str

    @property
    def postgrest(self) -> Child:
        assert self.stack._postgrest is not None
        return self.stack._postgrest

    @property
    def postgres(self) -> Child:
        assert self.stack._postgres.server is not None
        return self.stack._postgres.server

    def session(self) -> Wingman:
        with psycopg.connect(self.stack.database_url, autocommit=True) as sql:
            user = partial(actors.new_user, sql, self.stack.jwt_secret)
            return actors.new_wingman(sql, actors.new_match(sql, user))

    def send(self, session: Wingman, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {session.user1.token}"}
        return self.api.request(method, path, json=body, headers=headers)

    def detail(self, session: Wingman) -> httpx.Response:
        return self.send(session, "GET", f"{SESSIONS}/{session.session_id}")


@contextmanager
def serving(stack: Stack, backend: str, **overrides: str) -> Iterator[httpx.Client]:
    """Serve the API on `stack`."""
    with scratch_folder() as folder:
        port = free_port()
        settings = api_settings(stack, backend)
        env = {"PATH": os.defpath, **settings, "RATE_LIMITS": "off", **overrides}
        server = api_server(port, env, folder, folder / "api.log")
        server.start()
        try:
            with httpx.Client(base_url=f"http://{HOST}:{port}", timeout=10) as client:
                yield client
        finally:
            server.stop()


def pid(child: Child) -> int:
    assert child._process is not None
    return child._process.pid


def stop(child: Child, number: signal.Signals) -> list[psutil.Process]:
    """Send a signal to a program and to all that it has started; return them."""
    parent = psutil.Process(pid(child))
    processes = [parent, *parent.children(recursive=True)]
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # a connection's process has just ended by itself
            process.send_signal(number)
    return processes


def still_runs(process: psutil.Process) -> bool:
    """Whether a process that is to be frozen goes on, as it may for a moment."""
    try:
        return process.status() not in (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@contextmanager
def postgrest_killed(site: Site) -> Iterator[None]:
    os.kill(pid(site.postgrest), signal.SIGKILL)
    site.postgrest.stop()
    yield
    site.postgrest.start()


@contextmanager
def postgres_stopped(site: Site) -> Iterator[None]:
    site.postgres.stop()
    yield
    site.postgres.start()


@contextmanager
def postgres_killed(site: Site) -> Iterator[None]:
    stop(site.postgres, signal.SIGKILL)
    site.postgres.stop()
    yield
    site.postgres.start()


@contextmanager
def frozen(child: Child) -> Iterator[None]:
    processes = stop(child, signal.SIGSTOP)
    try:
        while any(map(still_runs, processes)):
            time.sleep(0.001)
        yield
    finally:
        stop(child, signal.SIGCONT)


def postgrest_frozen(site: Site) -> AbstractContextManager[None]:
    return frozen(site.postgrest)


def postgres_frozen(site: Site) -> AbstractContextManager[None]:
    return frozen(site.postgres)


Outage = Callable[[Site], AbstractContextManager[None]]
POSTGREST_OUTAGES: list[Outage] = [postgrest_killed, postgrest_frozen]
OUTAGES: list[Outage] = [
    *POSTGREST_OUTAGES,
    postgres_stopped,
    postgres_killed,
    postgres_frozen,
]
