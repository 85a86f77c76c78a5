from collections.abc import Iterator

import pytest
from psycopg import Connection

from tests.policies.database import with_world
from tests.stacks.spare import Spare


@pytest.fixture(scope="module")
def db(own_stack: Spare) -> Iterator[Connection]:
    """The database for its superuser, with the world; a check leaves nothing behind."""
    with with_world(own_stack.superuser_url) as connection:
        yield connection
