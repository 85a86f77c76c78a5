import pytest
from psycopg import Connection

from tests.policies import definitions
from tests.policies.check import Check
from tests.policies.step import savepoint


@pytest.mark.parametrize("check", definitions.CHECKS, ids=lambda check: check.name)
def test_definitions(db: Connection, check: Check) -> None:
    with savepoint(db):
        check.run(db)
