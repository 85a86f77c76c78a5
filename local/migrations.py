"""A project's migrations and demo data."""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from local.errors import LocalError
from local.keys import DEMO_USERS

PROJECT = Path(__file__).parents[1]
CLI = PROJECT / "node_modules" / ".bin" / "supabase"
LOGIN = "session_api_login"
LOGIN_PASSWORD = "postgres"  # noqa: S105 - of a database on this machine
_MAKE_LOGIN = PROJECT / "supabase" / "api_login.sql"
_SEED = PROJECT / "supabase" / "seed.sql"


def migrate(database_url: str, project: Path = PROJECT) -> None:
    """Apply the migrations that the database does not have yet, and create the login role.

    Args and errors are those of `push`.
    """
    push(database_url, project)
    make_login(database_url)


def push(database_url: str, project: Path = PROJECT) -> None:
    """Apply the migrations that the database does not have yet, by the Supabase CLI.

    Args:
        database_url: the database on this machine, for a role that owns its schema.
        project: the folder whose `supabase/migrations/` are applied.

    Raises:
        LocalError: the CLI is missing, or a migration failed; the message has the CLI's words.

    """
    if not CLI.exists():
        raise LocalError(f"The Supabase CLI is not in {CLI.parent}: run `npm ci`.")
    with subprocess.Popen(  # noqa: S603
        [
            *(str(CLI), "db", "push", f"--remote={database_url}?sslmode=disable"),
            *("--workdir", str(project), "--yes", "--agent", "no"),
        ],
        env={**os.environ, "SUPABASE_TELEMETRY_DISABLED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as cli:
        try:
            output, _ = cli.communicate()
        except BaseException:
            cli.terminate()  # npm's launcher passes this signal on; if killed, it could not
            raise
    if cli.returncode != 0:
        raise LocalError(f"The migrations could not be applied:\n{output.strip()}")


def make_login(database_url: str) -> None:
    """Create the login role for direct connections, with a public password.

    Args:
        database_url: the database on this machine, for a role that may make roles.

    """
    with psycopg.connect(database_url) as connection:
        connection.execute(_MAKE_LOGIN.read_bytes())
        connection.execute(f"alter role {LOGIN} password '{LOGIN_PASSWORD}'".encode())


def login_url(database_url: str) -> str:
    """Return the address at which the API connects to the database at that address."""
    parts = urlsplit(database_url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{LOGIN}:{LOGIN_PASSWORD}@{host}").geturl()


def unit(migration: Path) -> str:
    """Return the unit that a migration belongs to: `base` or a kind."""
    return migration.stem.split("_")[1]


def of_units(units: Iterable[str], project: Path = PROJECT) -> list[Path]:
    """Return the migrations of these units (`base`, or kinds), in the order in which they run."""
    wanted = set(units)
    files = sorted((project / "supabase" / "migrations").glob("*.sql"))
    return [file for file in files if unit(file) in wanted]


def seed(database_url: str) -> bool:
    """Load the demo data, unless a demo user exists. Return whether it was loaded.

    Args:
        database_url: the database, for a role that may write everything.

    """
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "select from auth.users where id = any(%s)", [list(DEMO_USERS.values())]
        )
        if found.fetchone() is not None:
            return False
        connection.execute(_SEED.read_bytes())
        return True
