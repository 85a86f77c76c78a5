"""`make mutants`: make every mutant, run the suite on it, print the score and the survivors."""

import sys
import time
from contextlib import nullcontext

import click

from tests.policies.database import with_world
from tests.policies.mutants.report import report
from tests.policies.mutants.runner import all_mutants, is_red, run
from tests.policies.suite import SUITE
from tests.stacks import local


def _score(database_url: str, only: str, *, is_listed: bool) -> bool:
    started = time.monotonic()
    results = []
    with with_world(database_url) as db:
        if red := [check.name for check in SUITE if is_red(check, db)]:
            sys.exit(f"The suite is red without any mutant: {red}")
        for mutant in all_mutants(db):
            if only in str(mutant):
                results.append(run(mutant, SUITE, db))
                if is_listed:
                    click.echo(f"{results[-1].fate}: {mutant} | {results[-1].check}")
    lines, is_well = report(results, time.monotonic() - started)
    click.echo("\n".join(lines))
    return is_well


@click.command()
@click.option("--database-url", help="A migrated database, instead of a stack of its own.")
@click.option("--only", default="", help="Only mutants whose name contains this.")
@click.option("--list", "is_listed", is_flag=True, help="Print what killed each mutant.")
def main(database_url: str | None, only: str, is_listed: bool) -> None:
    with nullcontext() if database_url else local.stack() as stack:
        url = database_url or (stack.superuser_url if stack else "")
        is_well = _score(url, only, is_listed=is_listed)
    sys.exit(not is_well)


if __name__ == "__main__":
    main()
