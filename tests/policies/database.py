"""The connection that checks run on."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import Connection

from tests.policies.world import WORLD


@contextmanager
def with_world(database_url: str) -> Iterator[Connection]:
    """Connect as the superuser, in a transaction that has the world and is rolled back."""
    # never prepared: a mutant changes what a prepared statement would return
    with (
        psycopg.connect(database_url, prepare_threshold=None) as connection,
        connection.transaction(force_rollback=True),
    ):
        connection.execute(WORLD.encode())
        yield connection
