"""`python -m tests.faults`: run the scenarios, print the table, fail if anything is lost."""

import asyncio
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass

import click

from tests.faults.client import NO_ANSWER, NOT_SENT
from tests.faults.growth import grow
from tests.faults.load import PAUSE_SECONDS, Load
from tests.faults.proof import Proof, prove
from tests.faults.reads import worst_reads
from tests.faults.scenarios import SCENARIOS, Scenario, until_ready
from tests.faults.site import Site, site
from tests.faults.standbys import WITH_A_STANDBY

BEFORE_SECONDS = 2.0
AFTER_SECONDS = 6.0
LONGEST_ANSWER = 3.0
LONGEST_RETURN = 5.0
LONGEST_OF_99_IN_100 = 1.0
# a killed worker cannot answer the requests in progress; a stopped one finishes them
CUT_OFF_ALLOWED = ("worker_killed",)
NO_CONNECTION_ALLOWED = (
    *("worker_killed", "api_stopped", "keys_away"),
    *("leader_returns_fenced", "leader_returns_unfenced"),
)
# it takes PostgREST's connections, and so the API's unless those are its own
WITH_DIRECT_CONNECTIONS = (worst_reads,)


@dataclass
class Row:
    """What came of one scenario."""

    name: str
    requests: int
    unavailable: int
    cut_off: int  # under way when it happened, and never answered
    no_connection: int
    unexpected: dict[str, int]
    slow: float  # 99 of 100 requests sent during the fault were answered within this
    slowest: float
    back_after: float
    proof: Proof

    @property
    def undisturbed(self) -> bool:
        """Whether every user was answered, and soon."""
        return not self.unavailable and self.slow <= LONGEST_OF_99_IN_100

    @property
    def holds(self) -> bool:
        """Whether everything is as promised."""
        return (
            bool(self.proof)
            and not self.unexpected
            and self.slowest <= LONGEST_ANSWER
            and self.back_after <= LONGEST_RETURN
            and (self.name != "worst_reads" or self.undisturbed)
            and (not self.cut_off or self.name in CUT_OFF_ALLOWED)
            and (not self.no_connection or self.name in NO_CONNECTION_ALLOWED)
        )


async def run(site: Site, scenario: Scenario, pairs: int = 10, pause: float = PAUSE_SECONDS) -> Row:
    """Let users work through one scenario, and compare the books."""
    load = Load(site, pairs)
    began = over = 0.0

    async def during(_: Load) -> None:
        nonlocal began, over
        await asyncio.sleep(BEFORE_SECONDS)
        began = time.monotonic()
        async with scenario(site):
            over = time.monotonic()
            await until_ready(site, over + AFTER_SECONDS)
            await asyncio.sleep(AFTER_SECONDS)

    await load.run(during, pause)
    tries = load.book.tries
    failed_after = [
        it.started + it.seconds - over for it in tries if it.failed and it.started > over
    ]
    during_it = [it for it in tries if began <= it.started <= over] or tries
    seconds = sorted(it.seconds for it in during_it)
    return Row(
        name=scenario.__name__,
        requests=len(tries),
        unavailable=sum(it.status in (429, 503) for it in tries),
        cut_off=sum(it.status == NO_ANSWER for it in tries if it.started < began),
        # while uvicorn stops, its socket still takes connections that no worker will see
        no_connection=sum(
            it.status == NOT_SENT or (it.status == NO_ANSWER and it.started >= began)
            for it in tries
        ),
        unexpected=dict(load.book.unexpected),
        slow=seconds[len(seconds) * 99 // 100],
        slowest=max(it.seconds for it in tries),
        back_after=max(failed_after, default=0.0),
        proof=prove(site, load.book),
    )


HEAD = (
    "| fault, under the load of 20 users | requests | 503, 429 | no connection | cut off "
    "| 99 of 100 within | slowest answer | back after | lost | twice | half | foreign "
    "| after a 503 | in doubt |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def line(row: Row, what: str) -> str:
    """Return a row of the table."""
    proof = row.proof
    cells = (
        what,
        row.requests,
        row.unavailable,
        row.no_connection,
        row.cut_off,
        f"{row.slow:.2f} s",
        f"{row.slowest:.2f} s",
        f"{row.back_after:.1f} s",
        *(proof.lost, proof.twice, proof.half, proof.foreign, proof.undead, proof.in_doubt),
    )
    return f"| {' | '.join(map(str, cells))} |"


@click.command()
@click.option("--only", multiple=True, help="Run this scenario alone; again for more.")
@click.option("--requests", default=100_000, help="How many requests the last part sends; 0: none.")
@click.option(
    "--backend",
    type=click.Choice(("postgrest", "postgres")),
    default="postgrest",
    help="How the API reaches the database.",
)
def main(only: tuple[str, ...], requests: int, backend: str) -> None:
    """Take parts of a running site away and show that nothing is lost."""
    failures: list[str] = []

    def told(row: Row, what: str) -> None:
        click.echo(line(row, what))
        if not row.holds:
            failures.append(f"{row}")

    def chosen(scenarios: Iterable[Scenario]) -> list[Scenario]:
        return [it for it in scenarios if not only or it.__name__ in only]

    click.echo(HEAD)
    # each in a site of its own: what they do to its primary cannot be undone
    for scenario in chosen(WITH_A_STANDBY if backend == "postgres" else ()):
        with site(backend, with_a_standby=True) as running:
            told(asyncio.run(run(running, scenario)), title(scenario))
    scenarios = chosen((*SCENARIOS, *(WITH_DIRECT_CONNECTIONS if backend == "postgres" else ())))
    if not scenarios and "overload" not in only and not requests:
        sys.exit(report(failures))
    with site(backend) as running:
        for scenario in scenarios:
            told(asyncio.run(run(running, scenario)), title(scenario))
        if not only or "overload" in only:
            row = asyncio.run(run(running, SCENARIOS[0], pairs=50, pause=0))
            told(row, "Five times the users, without a pause")
        if requests:
            growth = asyncio.run(grow(running, Load(running, 1).pairs[0], requests))
            click.echo(
                f"\n{growth.requests} requests: memory of the workers {growth.memory[0]:.0f} MiB, "
                f"then {growth.memory[1]:.0f} MiB; open files {growth.files[0]}, then "
                f"{growth.files[1]}."
            )
            if not growth.is_none:
                failures.append(f"{growth}")
    sys.exit(report(failures))


def title(scenario: Scenario) -> str:
    """Return what a scenario does, for the table."""
    return (scenario.__doc__ or "").strip().rstrip(".")


def report(failures: list[str]) -> bool:
    """Print what does not hold; return whether there is anything."""
    click.echo("\n".join(f"DOES NOT HOLD: {failure}" for failure in failures))
    return bool(failures)


main()
