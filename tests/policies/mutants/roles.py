"""Mutants of roles: their attributes, and which roles they may become."""

from collections.abc import Iterator

from psycopg import Connection

from tests.policies.mutants.mutant import Mutant
from tests.policies.roles import roles
from tests.policies.step import execute

_ABOVE_POLICIES = ("superuser", "bypassrls")
_ATTRIBUTES = (*_ABOVE_POLICIES, "createrole", "createdb", "login", "replication", "inherit")
_COLUMN = {"login": "rolcanlogin", "superuser": "rolsuper"}


def mutants(db: Connection) -> Iterator[Mutant]:
    for role in roles():
        about = frozenset({role})
        for attribute in _ATTRIBUTES:
            column = _COLUMN.get(attribute, f"rol{attribute}")
            query = f"select {column} from pg_catalog.pg_roles where rolname = '{role}'"
            if execute(db, query) == [(False,)]:
                statement = f"alter role {role} {attribute}"
                # what tries rows, or what tries the role itself
                subject = role if attribute in _ABOVE_POLICIES else f"role {role}"
                yield Mutant("role attribute added", statement, statement, subject, about)
        for other in roles():
            if other != role and other != "authenticator":
                grantors = execute(
                    db,
                    "select grantor::regrole::text from pg_catalog.pg_auth_members"
                    f" where roleid = '{other}'::regrole and member = '{role}'::regrole",
                )
                is_member = bool(grantors)
                statement = (
                    "; ".join(f"revoke {other} from {role} granted by {by}" for (by,) in grantors)
                    if is_member
                    else f"grant {other} to {role}"
                )
                kind = "membership revoked" if is_member else "membership added"
                yield Mutant(kind, statement, statement, f"role {role}", about)
    statement = "alter role session_api reset statement_timeout"
    yield Mutant("role setting dropped", statement, statement, "role session_api")
