"""A Supabase that is somewhere, `supabase start`'s or a hosted one, with the migrations in it.

It is given by the variables that the API has, and `DATABASE_URL`. Tests make their own users and
rows there; what they made is removed at the end, and nothing else is touched.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest

from tests import actors

_VARIABLES = {
    "SUPABASE_URL": "the project's address",
    "SUPABASE_PUBLISHABLE_KEY": "the publishable or the anon key",
    "SUPABASE_JWT_SECRET": "the legacy JWT secret, which signs the test users' tokens",
    "DATABASE_URL": "a connection as `postgres`",
}


_given: dict[str, str] = {}


def require() -> None:
    """Take the project's variables out of the environment, where tests would meet them.

    Raises:
        pytest.UsageError: one is missing.

    """
    missing = [f"{name} ({what})" for name, what in _VARIABLES.items() if not os.environ.get(name)]
    if missing:
        raise pytest.UsageError(f"--stack=url needs {', '.join(missing)}")
    # the way of Ctrl-C, on which fixtures end: otherwise what was made would stay
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _given.update({name: os.environ.pop(name) for name in _VARIABLES})


@dataclass(frozen=True)
class UrlStack:
    """A project as its variables describe it."""

    url: str
    anon_key: str
    jwt_secret: str
    database_url: str

    @property
    def rest_url(self) -> str:
        """PostgREST through the gateway."""
        return f"{self.url}/rest/v1"

    @property
    def postgrest_url(self) -> str:
        """The same: PostgREST's own address is not known here."""
        return self.rest_url


@contextmanager
def stack() -> Iterator[UrlStack]:
    """The project, as it was found and as it is left."""
    project = UrlStack(
        url=_given["SUPABASE_URL"].rstrip("/"),
        anon_key=_given["SUPABASE_PUBLISHABLE_KEY"],
        jwt_secret=_given["SUPABASE_JWT_SECRET"],
        database_url=_given["DATABASE_URL"],
    )
    try:
        yield project
    finally:
        with psycopg.connect(project.database_url) as connection:
            # their rows are deleted with them; challenges belong to nobody
            connection.execute("delete from auth.users where id = any (%s)", [actors.MADE.users])
            connection.execute(
                "delete from public.approach_challenges where id = any (%s)",
                [actors.MADE.challenges],
            )
