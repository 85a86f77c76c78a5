"""Postgres servers like those of Supabase projects: `postgres` is not a superuser.

The embedded PostgreSQL 18, Debian's PostgreSQL 15 where it is installed, and those whose folders
of programs `TEST_POSTGRES` lists, as `16=/opt/16/bin,17=/opt/17/bin`.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from local.accounts import postgres_account, server_folder, server_programs
from local.addresses import HOST, free_port
from local.postgres import SETUP
from tests.stacks.folder import scratch_folder

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
MORE = {
    int(version): Path(folder)
    for version, _, folder in (
        entry.partition("=") for entry in os.environ.get("TEST_POSTGRES", "").split(",") if entry
    )
}
_ADMIN = "supabase_admin"
_NUMBERS = count()

# what the setup of the local stack takes for granted, or does as a superuser
_BEFORE = """
create role postgres login createrole createdb bypassrls replication;
"""
_AFTER = """
grant anon, authenticated, service_role, authenticator to postgres with admin option;
alter database {database} owner to postgres;
grant usage on schema auth to postgres;
grant all on all tables in schema auth to postgres with grant option;
grant usage, create on schema public to postgres;
"""


@dataclass(frozen=True)
class Server:
    """A running server, with a separate database for each project."""

    port: int
    socket: Path

    def admin(self, database: str = "postgres") -> psycopg.Connection:
        """Connect as the superuser, which no project has access to."""
        return psycopg.connect(
            host=str(self.socket), port=self.port, user=_ADMIN, dbname=database, autocommit=True
        )

    def url(self, database: str) -> str:
        """The address for `postgres`, as a project has it."""
        return f"postgresql://postgres:postgres@{HOST}:{self.port}/{database}"

    def database(self, statements: str | bytes = "") -> str:
        """Make a database as a new Supabase project is; run `statements` as its `postgres`.

        Returns:
            Its name.

        """
        name = f"project_{next(_NUMBERS)}"
        with self.admin() as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        with self.admin(name) as connection:
            connection.execute(SETUP.read_bytes())
            connection.execute(_AFTER.format(database=name))
        if statements:
            with psycopg.connect(self.url(name)) as connection:
                connection.execute(statements)
        return name


def programs(version: int) -> Path | None:
    """Return the folder of a version's programs, if there is one on this machine."""
    if version in MORE:
        return MORE[version]
    if version == 18:
        return server_programs(postgres_account(Path("/nonexistent")))
    return DEBIAN_15 if version == 15 and DEBIAN_15.exists() else None


@contextmanager
def server(version: int, **options: str) -> Iterator[Server]:
    """Start a server of that version with these options, whose data is thrown away."""
    binaries = programs(version)
    if binaries is None:
        raise FileNotFoundError(f"PostgreSQL {version} is not installed")
    with scratch_folder() as scratch:
        account = postgres_account(scratch / "data")
        folder = server_folder(scratch / "server", account)
        who = (
            {}
            if account is None
            else {"user": account.uid, "group": account.gid, "extra_groups": []}
        )
        env = {"PATH": os.defpath, "LC_ALL": "C"}

        def run(*command: str) -> None:
            subprocess.run(  # type: ignore[call-overload] # noqa: S603
                command, env=env, cwd="/", check=True, capture_output=True, **who
            )

        port = free_port()
        data = str(folder / "data")
        run(
            *(str(binaries / "initdb"), "-D", data, f"--username={_ADMIN}", "--auth=trust"),
            *("--encoding=UTF8", "--no-locale", "--no-sync"),
        )
        options = {"fsync": "off", "timezone": "UTC"} | options
        chosen = " ".join(f"-c {name}={value}" for name, value in options.items())
        pg_ctl = (str(binaries / "pg_ctl"), "-D", data, "-w")
        run(
            *pg_ctl,
            "-o",
            f"-h {HOST} -p {port} -k {folder} {chosen}",
            "-l",
            str(folder / "log"),
            "start",
        )
        try:
            running = Server(port, folder)
            with running.admin() as connection:
                connection.execute(_BEFORE)
            yield running
        finally:
            run(*pg_ctl, "-m", "immediate", "stop")
            shutil.rmtree(folder, ignore_errors=True)
