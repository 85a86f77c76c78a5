"""`make run`: everything on this machine, until Ctrl-C."""

import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import click

from api.settings import LOCAL_PUBLISHABLE_KEY
from local.addresses import HOST, REST_PATH, is_healthy, require_different, require_free
from local.errors import LocalError
from local.keys import DEMO_PASSWORD, DEMO_USERS, user_token
from local.processes import end_children
from local.project import Project
from local.running import RunningSupabase, find_supabase
from local.server import api_server, api_settings, settings_from_file
from local.stack import Stack

_CHECK_SECONDS = 0.5
_READY_SECONDS = 5
_TOKEN_HOURS = 24
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_READY = """
Session API is ready. Ctrl-C stops everything; the data stays until `make clean`.

  API       {api}  (documentation: {api}/docs)
  Supabase  {supabase}  (publishable key: {key})
  Postgres  {database}

Sign in as {users}
with the password "{password}", or sign up.

Alice's token, good for {hours} hours (`{program} token bob` prints Bob's):

{token}

Her sessions:

curl -s {api}/api/v1/wingman/sessions -H 'Authorization: Bearer {token}'
"""


def run(
    data_dir: Path, api_port: int, rest_port: int, db_port: int, jwt_expiry: int, backend: str
) -> None:
    """Start a stack with the schema and demo data, serve the API on it, and print how to use it.

    A running `supabase start` behind `rest_port` is used instead of a stack of ours. Returns when
    a signal ends it, with nothing left running.

    Raises:
        LocalError: something is missing, taken or unusable, or has ended by itself.

    """
    require_different(API_PORT=api_port, REST_PORT=rest_port, DB_PORT=db_port)
    terminal = foreground_terminal()
    try:
        with _until_a_signal():
            project = find_supabase(rest_port, db_port) or Stack(
                data_dir, db_port, rest_port, jwt_expiry=jwt_expiry
            )
            _say(project.announcement)
            with project:
                require_free(api_port, "API_PORT")  # before the migrations, which take seconds
                _say("Applying the migrations")
                project.migrate()
                if project.seed():
                    _say("Loading the demo data")
                _serve(project, api_port, backend, terminal)
    finally:
        end_children()
    _say("Stopped")


def _serve(
    project: Stack | RunningSupabase, port: int, backend: str, terminal: select.poll
) -> None:
    _say("Starting the API")
    env = {**os.environ, **api_settings(project, backend)}
    if names := settings_from_file(env):
        _say(f"Also from .env: {', '.join(names)}")
    server = api_server(port, env)
    try:
        server.start()
        _wait_until_ready(port)
        click.echo(_ready_page(project, f"http://{HOST}:{port}"))
        while True:
            time.sleep(_CHECK_SECONDS)
            if has_hung_up(terminal):
                signal.raise_signal(signal.SIGHUP)  # ignored under nohup
            server.check()
            project.check()
    finally:
        server.stop()


def _wait_until_ready(port: int) -> None:
    """Wait until the API serves. A running Supabase may first have to reload its schema."""
    deadline = time.monotonic() + _READY_SECONDS
    while not is_healthy(port, "/readyz"):
        if time.monotonic() > deadline:
            raise LocalError("The API cannot serve on this stack: its log, above, says why.")
        time.sleep(_CHECK_SECONDS)


def _ready_page(project: Project, api: str) -> str:
    return _READY.format(
        api=api,
        supabase=project.rest_url.removesuffix(REST_PATH),
        key=LOCAL_PUBLISHABLE_KEY,
        users=", ".join(f"{name}@example.com" for name in DEMO_USERS),
        password=DEMO_PASSWORD,
        database=project.database_url,
        hours=_TOKEN_HOURS,
        program=f"{os.path.relpath(sys.executable)} -m api",
        token=user_token(DEMO_USERS["alice"], _TOKEN_HOURS * 3600, project.jwt_secret),
    )


def _say(step: str) -> None:
    click.echo(f"==> {step}")


def foreground_terminal() -> select.poll:
    """Return a poll object that reports when our foreground terminal, if any, hangs up.

    The system notifies only the leader of the terminal's session. A shell passes that on; but if
    `make` is the leader, it waits for us instead.
    """
    terminal = select.poll()
    for stream in (0, 1, 2):
        with suppress(OSError):  # closed, or no terminal
            if os.tcgetpgrp(stream) == os.getpgrp():
                terminal.register(stream, 0)  # a hang-up is always reported
    return terminal


def has_hung_up(terminal: select.poll) -> bool:
    """Return whether a `foreground_terminal` is gone."""
    return any(event & select.POLLHUP for _, event in terminal.poll(0))


@contextmanager
def _until_a_signal() -> Iterator[None]:
    """Leave the block in an orderly way at the first signal; later signals are ignored."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in _SIGNALS:
        # under nohup, do not stop when the terminal closes
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, leave)
    with suppress(KeyboardInterrupt):
        yield
