"""The embedded stack with another PostgreSQL: Debian's 15, the oldest version that is supported."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from api.settings import LOCAL_JWT_SECRET
from local import migrations
from local.addresses import HOST, REST_PATH, free_port
from local.gateway import gateway
from local.keys import api_key
from local.postgres import SUPERUSER
from local.postgrest import configuration, postgrest
from tests.install.servers import DEBIAN_15, Server, server
from tests.installed import project
from tests.stacks.folder import scratch_folder


def require() -> None:
    """Make sure that Debian's PostgreSQL is installed.

    Raises:
        pytest.UsageError: it is not.

    """
    if not Path(DEBIAN_15, "postgres").exists():
        raise pytest.UsageError("--stack=debian needs PostgreSQL 15: apt-get install postgresql-15")


class DebianStack:
    """Debian's PostgreSQL, and PostgREST and the gateway of the embedded stack."""

    jwt_secret = LOCAL_JWT_SECRET
    anon_key = api_key("anon")

    def __init__(self, cleanup: ExitStack, postgres: Server, folder: Path) -> None:
        self._postgres = postgres
        self._folder = folder
        self._marker = f"session-api-{hashlib.sha256(bytes(folder)).hexdigest()[:16]}"
        self._database = postgres.database()
        with postgres.admin(self._database) as connection:
            # made for versions in which the owner of a database has no right to this schema
            connection.execute("revoke all on schema public from postgres")
        self.database_url = postgres.url(self._database)
        socket = f"host={quote(str(postgres.socket), safe='')}&port={postgres.port}"
        self.superuser_url = f"postgresql://{SUPERUSER}@/{self._database}?{socket}"
        migrations.migrate(self.database_url, project(folder / "project"))
        self.postgrest_url = cleanup.enter_context(self.another_postgrest())
        port = free_port()
        self.url = f"http://{HOST}:{port}"
        self.rest_url = self.url + REST_PATH
        proxy = gateway(
            port, self.postgrest_url, self.jwt_secret, self._marker, folder / "gateway.log"
        )
        cleanup.callback(proxy.stop)
        proxy.start()

    @contextmanager
    def another_postgrest(self, **settings: str) -> Iterator[str]:
        """See `Spare`."""
        port = free_port()
        database = {
            "PGRST_DB_URI": self.superuser_url.replace(
                f"{SUPERUSER}@/", "authenticator@/", 1
            ).replace("postgresql:", "postgres:", 1)
        }
        child = postgrest(
            port,
            (self._postgres.socket, self._postgres.port),
            database | configuration(self.jwt_secret) | settings,
            self._marker,
            self._folder / f"postgrest-{port}.log",
        )
        try:
            child.start()
            yield f"http://{HOST}:{port}"
        finally:
            child.stop()


@contextmanager
def stack() -> Iterator[DebianStack]:
    """A stack on a new server, migrated and otherwise empty."""
    with ExitStack() as cleanup:
        postgres = cleanup.enter_context(server(15, wal_level="logical"))
        folder = cleanup.enter_context(scratch_folder())
        yield DebianStack(cleanup, postgres, folder)
