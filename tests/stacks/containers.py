"""Postgres and PostgREST from their official images, by testcontainers; needs a Docker engine.

`SESSION_API_POSTGRES_IMAGE` and `SESSION_API_POSTGREST_IMAGE` name other images, of any version
that supabase/ and api/ must work with. The gateway is the embedded stack's.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import docker
import psycopg
import pytest
from docker.errors import DockerException
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network
from testcontainers.core.wait_strategies import HttpWaitStrategy

from api.settings import LOCAL_JWT_SECRET
from local import migrations
from local.addresses import HOST, REST_PATH, free_port
from local.gateway import gateway
from local.keys import api_key
from local.postgres import SETUP
from local.postgrest import configuration
from tests.installed import project
from tests.stacks.folder import scratch_folder

POSTGRES_IMAGE = os.environ.get("SESSION_API_POSTGRES_IMAGE", "postgres:18")
POSTGREST_IMAGE = os.environ.get("SESSION_API_POSTGREST_IMAGE", "postgrest/postgrest:v14.18")

_DATABASE = "db"  # Postgres's name in the network
_PORT, _ADMIN_PORT = 3000, 3001


def require() -> None:
    """Make sure that there is a Docker engine.

    Raises:
        pytest.UsageError: there is none.

    """
    try:
        client = docker.from_env()
        client.ping()
        client.close()
    except DockerException as error:
        reason = str(error).partition("\n")[0]
        raise pytest.UsageError(f"--stack=containers needs a Docker engine: {reason}") from None
    # the way of Ctrl-C, on which fixtures end: otherwise the containers would stay
    signal.signal(signal.SIGTERM, signal.default_int_handler)


class ContainerStack:
    """Postgres and PostgREST in a network of their own, and the gateway on this machine."""

    jwt_secret = LOCAL_JWT_SECRET
    anon_key = api_key("anon")

    def __init__(self, cleanup: ExitStack, folder: Path) -> None:
        self._network = cleanup.enter_context(Network())
        self.database_url = self.superuser_url = self._start_postgres(cleanup)
        self.postgrest_url = cleanup.enter_context(self.another_postgrest())
        port = free_port()
        self.url = f"http://{HOST}:{port}"
        self.rest_url = self.url + REST_PATH
        self._gateway = gateway(
            port, self.postgrest_url, self.jwt_secret, folder.name, folder / "gateway.log"
        )
        cleanup.callback(self._gateway.stop)
        self._gateway.start()

    def _start_postgres(self, cleanup: ExitStack) -> str:
        postgres = PostgresContainer(
            POSTGRES_IMAGE,
            username="postgres",
            password="postgres",
            dbname="postgres",
            driver=None,
        )
        postgres.with_network(self._network).with_network_aliases(_DATABASE)
        postgres.with_command("postgres -c fsync=off")  # it goes when the tests do
        url = cleanup.enter_context(postgres).get_connection_url()
        with psycopg.connect(url) as connection:
            connection.execute(SETUP.read_bytes())
        with scratch_folder() as folder:
            migrations.migrate(url, project(folder))
        return url

    @contextmanager
    def another_postgrest(self, **settings: str) -> Iterator[str]:
        """See `Spare`."""
        server = (
            DockerContainer(POSTGREST_IMAGE)
            .with_network(self._network)
            .with_envs(
                PGRST_DB_URI=f"postgres://authenticator:postgres@{_DATABASE}:5432/postgres",
                PGRST_SERVER_PORT=str(_PORT),
                PGRST_ADMIN_SERVER_PORT=str(_ADMIN_PORT),
                **(configuration(self.jwt_secret) | settings),
            )
            .with_exposed_ports(_PORT, _ADMIN_PORT)
            .waiting_for(HttpWaitStrategy(_ADMIN_PORT, "/ready"))
        )
        with server:
            yield f"http://{server.get_container_host_ip()}:{server.get_exposed_port(_PORT)}"


@contextmanager
def stack() -> Iterator[ContainerStack]:
    """A stack of containers, migrated and otherwise empty."""
    with scratch_folder() as folder, ExitStack() as cleanup:
        yield ContainerStack(cleanup, folder)
