from collections.abc import Iterator

import pytest
from psycopg import Connection

from local.project import Project
from tests.policies.database import with_world


@pytest.fixture(scope="module")
def db(own_stack: Project) -> Iterator[Connection]:
    """The database for its superuser, with the world; a check leaves nothing behind."""
    with with_world(own_stack.database_url) as connection:
        yield connection
