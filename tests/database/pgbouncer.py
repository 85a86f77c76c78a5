"""Debian's pgbouncer in front of a project's Postgres: a pooler between the API and it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from local.addresses import HOST, answers, free_port
from local.migrations import LOGIN, LOGIN_PASSWORD
from local.postgrest import configuration, postgrest
from local.processes import Child
from local.project import Project
from tests.stacks import scratch_folder

_START_SECONDS = 10


def find_pgbouncer() -> str:
    """The program, where there is one."""
    program = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
    if program is None:
        pytest.skip(
            "pgbouncer is not installed (apt-get install pgbouncer, brew install pgbouncer)"
        )
    return program


@contextmanager
def pgbouncer(project: Project, mode: str, connections: int = 4) -> Iterator[str]:
    """Run pgbouncer in `session` or `transaction` mode, and give the API's address through it."""
    program = find_pgbouncer()
    parts = urlsplit(project.database_url)
    port = free_port()
    with scratch_folder() as folder:
        users, configuration = folder / "users", folder / "pgbouncer.ini"
        users.write_text(f'"{LOGIN}" "{LOGIN_PASSWORD}"\n"authenticator" "{LOGIN_PASSWORD}"\n')
        configuration.write_text(
            "[databases]\n"
            f"postgres = host={parts.hostname} port={parts.port}\n"
            "[pgbouncer]\n"
            f"listen_addr = {HOST}\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = scram-sha-256\nauth_file = {users}\nadmin_users = {LOGIN}\n"
            f"pool_mode = {mode}\ndefault_pool_size = {connections}\nmax_client_conn = 100\n"
            + _account_line(folder)
        )
        server = Child(
            "pgbouncer",
            [program, str(configuration)],
            env={"PATH": os.defpath},
            is_ready=lambda: answers(port),
            start_seconds=_START_SECONDS,
            log=folder / "output",
        )
        try:
            server.start()
            yield f"postgresql://{LOGIN}:{LOGIN_PASSWORD}@{HOST}:{port}/postgres"
        finally:
            server.stop()


def switch(url: str, mode: str) -> None:
    """Change the mode of a running pgbouncer."""
    console = url.rpartition("/")[0] + "/pgbouncer"
    with psycopg.connect(
        console, autocommit=True, cursor_factory=psycopg.ClientCursor
    ) as connection:
        connection.execute(f"set pool_mode = {mode}".encode())


@contextmanager
def pooled_postgrest(project: Project, url: str, **settings: str) -> Iterator[str]:
    """Run a PostgREST that reaches Postgres through pgbouncer, and give its address.

    Args:
        project: whose database and secret.
        url: what `pgbouncer` gave.
        settings: those of PostgREST that differ from its defaults.

    """
    port = free_port()
    with scratch_folder() as folder:
        server = postgrest(
            port,
            (folder, 0),
            configuration(project.jwt_secret)
            | {"PGRST_DB_URI": url.replace(LOGIN, "authenticator"), **settings},
            folder.name,
            folder / "log",
        )
        try:
            server.start()
            yield f"http://{HOST}:{port}"
        finally:
            server.stop()


def _account_line(folder: Path) -> str:
    """As root it becomes another user, for whom its files must be readable."""
    if os.geteuid() != 0:
        return ""
    folder.chmod(0o777)
    return "user = nobody\n"
