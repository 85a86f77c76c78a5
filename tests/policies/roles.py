"""Checks: which role may become which, and that the role of every request has nothing itself."""

from functools import partial

from psycopg import Connection

from tests.policies.check import Check
from tests.policies.matrix import ROLES
from tests.policies.policies import TABLES
from tests.policies.step import DENIED, refusal


def roles() -> dict[str, tuple[str, set[str]]]:
    """Give each role's attribute and the roles it may become."""
    rows = (row.split() for row in ROLES.splitlines() if row and not row.startswith("#"))
    return {name: (attribute, set(others) - {"-"}) for name, attribute, *others in rows}


def _may(db: Connection, statement: str) -> bool:
    refused = refusal(db, statement)
    assert refused in (None, (DENIED, None)), refused
    return refused is None


def _become(name: str, others: set[str], db: Connection) -> None:
    for other in (*roles(), "postgres"):
        if other != name:
            statement = f"set local session authorization {name}; set local role {other}"
            assert _may(db, statement) is (other in others), (name, other)


def _authenticator_has_nothing(db: Connection) -> None:
    for table in TABLES:
        statement = f"select from public.{table} limit 0"
        assert not _may(db, f"set local session authorization authenticator; {statement}"), table


CHECKS = [
    *(
        Check(
            f"{name} becomes other roles",
            frozenset({f"role {name}"}),
            partial(_become, name, others),
        )
        for name, (_, others) in roles().items()
    ),
    Check(
        "authenticator has no access itself",
        frozenset({"role authenticator", "authenticator"}),
        _authenticator_has_nothing,
    ),
]
