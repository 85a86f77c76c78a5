import pytest
from psycopg import Connection

from tests.policies import policies
from tests.policies.check import Check
from tests.policies.step import savepoint


@pytest.mark.parametrize("check", policies.CHECKS, ids=lambda check: check.name)
def test_policies(db: Connection, check: Check) -> None:
    with savepoint(db):
        check.run(db)
