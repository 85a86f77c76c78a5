import pytest
from psycopg import Connection

from tests.policies import sorts
from tests.policies.check import Check
from tests.policies.step import savepoint


@pytest.mark.parametrize("check", sorts.CHECKS, ids=lambda check: check.name)
def test_sorts(db: Connection, check: Check) -> None:
    with savepoint(db):
        check.run(db)
