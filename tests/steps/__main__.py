"""`make steps`: every call of every operation fails in every way. Prints what was answered."""

import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import click
import psycopg

from tests.stacks.local import shared_data, stack
from tests.steps.clock import run
from tests.steps.outcomes import FAULTS, Outcomes, outcomes, ways
from tests.steps.trial import DONE, UNAVAILABLE, UNKNOWN

HEAD = """
| calls to {} | cases | {} | `{}` | `{}` |
|---|---|---|---|---|"""


def tried(share: int, shares: int) -> tuple[dict[str, Outcomes], list[str]]:
    """Try a share of all examples on a stack of its own; return outcomes and failures."""
    total: dict[str, Outcomes] = {backend: {} for backend in FAULTS}
    failures = []
    with stack() as project, psycopg.connect(project.database_url, autocommit=True) as sql:
        for backend, faults in FAULTS.items():
            for example, keyed in ways()[share::shares]:
                try:
                    said = run(outcomes(project, sql, backend, example, faults, keyed))
                except AssertionError as error:
                    key = " with a key" if keyed else ""
                    failures.append(f"{backend}, {example}{key}: {error}")
                    continue
                add(total[backend], said)
    return total, failures


def add(total: Outcomes, more: Outcomes) -> None:
    """Add up."""
    for name, counts in more.items():
        total.setdefault(name, Counter()).update(counts)


@click.command
@click.option("--processes", default=2, help="Each has a stack of its own.")
def main(processes: int) -> None:
    """Print a table for each backend, and fail if an answer was wrong."""
    total: dict[str, Outcomes] = {backend: {} for backend in FAULTS}
    failures: list[str] = []
    with shared_data(), ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        shares = [pool.submit(tried, share, processes) for share in range(processes)]
        for share in shares:
            found, failed = share.result()
            failures += failed
            for backend in FAULTS:
                add(total[backend], found[backend])
    cases = 0
    for backend, said in total.items():
        click.echo(HEAD.format(backend, DONE, UNAVAILABLE, UNKNOWN))
        for name, counts in said.items():
            words = [counts[word] for word in (DONE, UNAVAILABLE, UNKNOWN)]
            click.echo(f"| {' | '.join(map(str, (name, counts.total(), *words)))} |")
            cases += counts.total()
    for failure in failures:
        click.echo(f"WRONG: {failure}")
    click.echo(f"\n{cases} cases; {len(failures)} operations with a wrong outcome")
    sys.exit(bool(failures) or not cases)


if __name__ == "__main__":
    main()
