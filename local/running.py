"""A real `supabase start` on this machine, used instead of our own stack."""

import http.client
import json
from typing import Self

import psycopg

from api.settings import LOCAL_JWT_SECRET
from local import migrations
from local.addresses import HOST, REST_PATH
from local.errors import LocalError
from local.keys import api_key

_AUTH_SERVICE = "GoTrue"


class RunningSupabase:
    """What `supabase start` has started, with this project's schema in it.

    Args:
        rest_port: where its gateway listens.
        db_port: where its Postgres listens.

    """

    announcement = "Using the Supabase that is running here"
    jwt_secret = LOCAL_JWT_SECRET
    anon_key = api_key("anon")

    def __init__(self, rest_port: int, db_port: int) -> None:
        self.rest_url = f"http://{HOST}:{rest_port}{REST_PATH}"
        self.postgrest_url = self.rest_url  # its PostgREST can be reached only through the gateway
        self.database_url = f"postgresql://postgres:postgres@{HOST}:{db_port}/postgres"

    def __enter__(self) -> Self:
        """Do nothing: it is already running."""
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing: it keeps running."""

    def migrate(self) -> None:
        """Apply the project's migrations that the database does not have yet.

        Raises:
            LocalError: the database is another project's, or a migration failed.

        """
        try:
            with psycopg.connect(self.database_url, connect_timeout=5) as connection:
                found = connection.execute("select to_regclass('public.wingman_sessions')")
                is_ours = found.fetchone() != (None,)
        except psycopg.Error as error:
            raise LocalError(f"The database of the running Supabase refuses: {error}") from None
        if not is_ours:
            raise LocalError(
                "A Supabase is running here, with another project in it: `supabase stop` it, or "
                "choose other ports with REST_PORT=… DB_PORT=…"
            )
        migrations.migrate(self.database_url)

    def seed(self) -> bool:
        """Load nothing: `supabase start` has loaded the demo data. Return whether it was loaded."""
        return False

    def check(self) -> None:
        """Check nothing: its processes are not ours."""


def find_supabase(rest_port: int, db_port: int) -> RunningSupabase | None:
    """Return the `supabase start` behind `rest_port`; `None` when there is none.

    It is recognized by its auth service, which differs from that of our own stack.
    """
    connection = http.client.HTTPConnection(HOST, rest_port, timeout=3)
    try:
        connection.request("GET", "/auth/v1/health", headers={"apikey": RunningSupabase.anon_key})
        answer = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    if isinstance(answer, dict) and answer.get("name") == _AUTH_SERVICE:
        return RunningSupabase(rest_port, db_port)
    return None
