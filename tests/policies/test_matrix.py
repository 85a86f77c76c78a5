import pytest
from psycopg import Connection

from tests.policies import access, complete, roles
from tests.policies.check import Check
from tests.policies.step import savepoint


@pytest.mark.parametrize("check", access.CHECKS + roles.CHECKS, ids=lambda check: check.name)
def test_matrix(db: Connection, check: Check) -> None:
    with savepoint(db):
        check.run(db)


@pytest.mark.parametrize("check", complete.CHECKS, ids=lambda check: check.name)
def test_matrix_is_complete(db: Connection, check: Check) -> None:
    check.run(db)
