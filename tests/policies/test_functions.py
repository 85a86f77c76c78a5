import pytest
from psycopg import Connection

from tests.policies import confirm, details, functions, idempotency
from tests.policies.check import Check
from tests.policies.step import savepoint


@pytest.mark.parametrize(
    "check",
    functions.CHECKS + details.CHECKS + confirm.CHECKS + idempotency.CHECKS,
    ids=lambda check: check.name,
)
def test_functions(db: Connection, check: Check) -> None:
    with savepoint(db):
        check.run(db)
