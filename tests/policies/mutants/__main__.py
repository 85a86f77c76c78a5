"""`make mutants`: make every mutant, run the suite on it, print the score and the survivors."""

import sys
import time
from collections import Counter
from dataclasses import dataclass
from itertools import chain

import click
import psycopg
from psycopg import Connection

from tests.policies.check import Check
from tests.policies.database import with_world
from tests.policies.mutants import functions, grants, policies, roles, tables, views
from tests.policies.mutants.equivalent import EQUIVALENT
from tests.policies.mutants.mutant import Mutant
from tests.policies.step import execute, savepoint
from tests.policies.suite import SUITE
from tests.stacks import local

_STILLBORN = "stillborn"  # Postgres does not take it: not a mutant
_SURVIVED = "survived"
_MODULES = (policies, grants, functions, views, tables, roles)


@dataclass(frozen=True)
class Result:
    mutant: Mutant
    fate: str  # behaviour, catalog (what killed it), survived or stillborn
    check: str = ""


def all_mutants(db: Connection) -> list[Mutant]:
    """Read the catalog; give each mutant once, under one name."""
    found: dict[str, Mutant] = {}
    for mutant in chain.from_iterable(module.mutants(db) for module in _MODULES):
        found.setdefault(mutant.statement, mutant)
    names = Counter(map(str, found.values()))
    assert max(names.values()) == 1, names.most_common(1)
    return list(found.values())


def _in_order(mutant: Mutant) -> list[Check]:
    """Give what tries its subject, then the comparisons with the catalog, then the rest."""

    def rank(check: Check) -> tuple[int, int]:
        if not check.is_behaviour:
            return 1, 0
        return (0 if mutant.subject in check.about else 2), -len(check.about & mutant.about)

    return sorted(SUITE, key=rank)


def _is_red(check: Check, db: Connection) -> bool:
    try:
        with savepoint(db):
            check.run(db)
    except (AssertionError, psycopg.Error):
        return True
    return False


def fate(mutant: Mutant, db: Connection) -> Result:
    """Make the mutant in a savepoint and run checks until one is red."""
    with savepoint(db):
        try:
            execute(db, mutant.statement)
        except psycopg.Error as error:
            return Result(mutant, _STILLBORN, str(error.sqlstate))
        for check in _in_order(mutant):
            if _is_red(check, db):
                killer = "behaviour" if check.is_behaviour else "catalog"
                return Result(mutant, killer, check.name)
    return Result(mutant, _SURVIVED)


def _report(results: list[Result], equivalent: dict[str, str], seconds: float) -> bool:
    """Print the score; return whether nothing is wrong."""
    alive = [result for result in results if result.fate != _STILLBORN]
    fates = Counter((result.mutant.kind, result.fate) for result in alive)
    click.echo(f"{'kind':38}{'mutants':>8}{'behaviour':>11}{'catalog':>9}{'survived':>10}")
    for kind in dict.fromkeys(result.mutant.kind for result in alive):
        counts = [fates[kind, word] for word in ("behaviour", "catalog", _SURVIVED)]
        click.echo("{:38}{:>8}{:>11}{:>9}{:>10}".format(kind, sum(counts), *counts))
    survivors = {str(result.mutant) for result in alive if result.fate == _SURVIVED}
    for name, reason in equivalent.items():
        word = "equivalent" if name in survivors else "NOT EQUIVALENT, killed or gone"
        click.echo(f"{word}: {name}\n    {reason}")
    missed = sorted(survivors - equivalent.keys())
    for name in missed:
        click.echo(f"SURVIVED: {name}")
    stillborn = len(results) - len(alive)
    click.echo(f"{stillborn} more changes are no mutants: Postgres refuses them")
    killed = len(alive) - len(survivors)
    judged = killed + len(missed)
    percent = killed * 1000 // max(judged, 1) / 10  # not 100 before all are
    click.echo(
        f"{killed} of {judged} mutants killed ({percent}%), "
        f"{len(survivors) - len(missed)} equivalent, in {seconds:.0f} s"
    )
    return not missed and equivalent.keys() <= survivors


@click.command()
@click.option("--database-url", help="A migrated database, instead of a stack of its own.")
@click.option("--only", default="", help="Only mutants whose name contains this.")
@click.option("--list", "is_listed", is_flag=True, help="Print what killed each mutant.")
def main(database_url: str | None, only: str, is_listed: bool) -> None:
    if database_url is None:
        with local.stack() as stack:
            _run(stack.database_url, only, is_listed=is_listed)
    else:
        _run(database_url, only, is_listed=is_listed)


def _run(database_url: str, only: str, *, is_listed: bool) -> None:
    started = time.monotonic()
    with with_world(database_url) as db:
        red = [check.name for check in SUITE if _is_red(check, db)]
        if red:
            sys.exit(f"The suite is red without any mutant: {red}")
        results = []
        for mutant in all_mutants(db):
            if only in str(mutant):
                results.append(fate(mutant, db))
                if is_listed:
                    click.echo(f"{results[-1].fate}: {mutant} | {results[-1].check}")
    equivalent = {name: reason for name, reason in EQUIVALENT.items() if only in name}
    sys.exit(not _report(results, equivalent, time.monotonic() - started))


if __name__ == "__main__":
    main()
