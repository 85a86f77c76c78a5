import pytest
from psycopg import Connection

from tests.policies import constraints
from tests.policies.check import Check
from tests.policies.step import savepoint


@pytest.mark.parametrize("check", constraints.CHECKS, ids=lambda check: check.name)
def test_constraints(db: Connection, check: Check) -> None:
    with savepoint(db):
        check.run(db)
