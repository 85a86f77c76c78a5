"""Makes one mutant after the other, and runs the suite on each until a check fails."""

from collections import Counter
from dataclasses import dataclass
from itertools import chain

import psycopg
from psycopg import Connection

from tests.policies.check import Check
from tests.policies.mutants import (
    additions,
    definitions,
    elsewhere,
    functions,
    grants,
    policies,
    roles,
    tables,
    views,
)
from tests.policies.mutants.mutant import Mutant
from tests.policies.step import execute, savepoint

SURVIVED = "survived"
STILLBORN = "stillborn"  # Postgres does not take it: not a mutant
BEHAVIOUR, CATALOG = "behaviour", "catalog"  # what killed it
_MODULES = (policies, grants, functions, views, tables, roles, additions, definitions, elsewhere)


@dataclass(frozen=True)
class Result:
    mutant: Mutant
    fate: str
    check: str = ""


def all_mutants(db: Connection) -> list[Mutant]:
    """Return each mutant of the catalog once, under one name."""
    found: dict[str, Mutant] = {}
    for mutant in chain.from_iterable(module.mutants(db) for module in _MODULES):
        found.setdefault(mutant.statement, mutant)
    names = Counter(map(str, found.values()))
    assert max(names.values()) == 1, names.most_common(1)
    return list(found.values())


def is_red(check: Check, db: Connection) -> bool:
    try:
        with savepoint(db):
            check.run(db)
    except Exception:  # whatever it raises fails a test in pytest
        return True
    return False


def _in_order(suite: list[Check], mutant: Mutant) -> list[Check]:
    """Return the checks: first those about its subject, then the catalog's, then the rest."""

    def rank(check: Check) -> tuple[int, int]:
        if not check.is_behaviour:
            return 1, 0
        return (0 if mutant.subject in check.about else 2), -len(check.about & mutant.about)

    return sorted(suite, key=rank)


def run(mutant: Mutant, suite: list[Check], db: Connection) -> Result:
    """Make the mutant in a savepoint, and return the check that failed."""
    with savepoint(db):
        try:
            execute(db, mutant.statement)
        except psycopg.Error as error:
            return Result(mutant, STILLBORN, str(error.sqlstate))
        for check in _in_order(suite, mutant):
            if is_red(check, db):
                return Result(mutant, BEHAVIOUR if check.is_behaviour else CATALOG, check.name)
    return Result(mutant, SURVIVED)
