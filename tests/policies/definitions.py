"""Checks: every definition is conventional or declared, which is done by hand.

Most definitions are held by checks that try them. This is the net below: what a constraint, an
index, a trigger, a function or a policy *says*, whose it is, and what is declared outside our
schemas. Nothing writes the declarations, so that a change of the schema is one that somebody reads:
the check prints the lines that are missing and the lines that are too many.
"""

from collections.abc import Iterator
from functools import partial

from psycopg import Connection

from tests.policies import elsewhere, ours
from tests.policies.check import Check
from tests.policies.conventions import line
from tests.policies.declared import DECLARED, is_conventional
from tests.policies.step import execute

_QUERIES = ours.QUERIES | elsewhere.QUERIES


_BY_HAND = (
    "edit by hand the table's `definitions` in tests/policies/tables/, or, for what belongs to no "
    "table, tests/policies/definitions.txt:"
)


def lines(db: Connection, kind: str) -> Iterator[str]:
    """Return the lines of one kind: a long definition as its digest."""
    for name, text in execute(db, _QUERIES[kind]):
        yield line(kind, name, text or "")


def _kind(said: str) -> str:
    """Return the kind of a declared line: the longest that it begins with."""
    return max((kind for kind in _QUERIES if said.startswith(f"{kind} ")), key=len)


def _as_declared(kind: str, db: Connection) -> None:
    there = set(lines(db, kind))
    declared = {said for said in DECLARED if _kind(said) == kind}
    problem = [
        *(f"- {said}" for said in sorted(declared - there)),
        *(f"+ {said}" for said in sorted(there - declared) if not is_conventional(said)),
    ]
    assert not problem, "\n".join([_BY_HAND, *problem])


CHECKS = [
    Check(f"definitions of each {kind}", frozenset(), partial(_as_declared, kind), False)
    for kind in _QUERIES
]
