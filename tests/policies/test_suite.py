import pytest
from psycopg import Connection

from tests.policies.check import Check
from tests.policies.step import savepoint
from tests.policies.suite import SUITE


@pytest.mark.parametrize("check", SUITE, ids=lambda check: check.name)
def test_suite(db: Connection, check: Check) -> None:
    with savepoint(db):
        check.run(db)
