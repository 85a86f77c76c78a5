"""`python -m benchmarks`: measure, print and save the results."""

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import click

from benchmarks import equal, growth, load, measure, report, targets
from benchmarks.contender import DESIGNS, FLOOR, OURS, Contender, Design
from benchmarks.data import PROJECT, Backend
from benchmarks.measure import Options, Run
from benchmarks.operation import Work
from benchmarks.work import WORKS
from local.errors import LocalError

_CORES = 2
_LEAST_SCALE_TO_GROW = 0.1

Pairs = list[tuple[Run, Run]]


@click.command()
@click.option(
    "--scale", default=1.0, show_default=True, help="1: 1M wingman sessions, 5M messages."
)
@click.option("--seconds", default=4.0, show_default=True, help="How long each run is.")
@click.option("--rounds", default=5, show_default=True, help="How often each run is repeated.")
@click.option("--connections", default=32, show_default=True, help="Requests under way at a time.")
@click.option(
    "--workers", default=[1, 2], multiple=True, show_default=True, help="Processes of each API."
)
@click.option(
    "--work",
    "names",
    multiple=True,
    type=click.Choice([work.name for work in WORKS]),
    help="Only this work; can be repeated.",
)
@click.option(
    "--contender",
    "designs",
    multiple=True,
    type=click.Choice([it.name for it in DESIGNS]),
    help="Only this contender beside ours; can be repeated.",
)
@click.option("--growth/--no-growth", "grow", default=True, help="Also measure with a tenth of it.")
@click.option(
    "--data",
    "data_folder",
    default=PROJECT / ".local" / "benchmark",
    type=click.Path(path_type=Path),
    help="Where the databases are kept.",
)
@click.option(
    "--results",
    default=None,
    type=click.Path(path_type=Path),
    help="The folder for the results.",
)
def main(
    scale: float,
    seconds: float,
    rounds: int,
    connections: int,
    workers: tuple[int, ...],
    names: tuple[str, ...],
    designs: tuple[str, ...],
    grow: bool,
    data_folder: Path,
    results: Path | None,
) -> None:
    """Compare Session API with the usual alternatives, on the same data and cores."""
    if grow and scale < _LEAST_SCALE_TO_GROW:
        raise click.UsageError(
            f"growth needs --scale {_LEAST_SCALE_TO_GROW} or more; or say --no-growth"
        )
    works = [work for work in WORKS if not names or work.name in names]
    chosen = [it for it in DESIGNS if not designs or it.name in designs or it is OURS]
    load_cores = pin()
    options = Options(seconds, rounds, connections, load_cores)
    runs: list[Run] = []
    rows: Pairs = []
    pages: Pairs = []
    failure: str | None = None
    try:
        load.require_wrk()
        with ExitStack() as stack, tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            click.echo(f"data at scale {scale:g}; the first time this takes minutes")
            backend = running(stack, scale, data_folder)
            if grow:
                click.echo(f"growth: a tenth of the rows, scale {scale / growth.TIMES:g}")
                rows, pages = compare_growth(
                    works, scale / growth.TIMES, data_folder, backend, options, folder
                )
            for count in workers:
                compare(works, chosen, backend, count, options, folder, runs)
    except (LocalError, load.LoadError, measure.MeasureError, equal.UnequalError) as error:
        failure = f"benchmark: {error}"  # show the measurements so far anyway
    if not runs and not rows:
        sys.exit(failure)
    lines = report.lines(runs)
    promised = [
        *targets.of_ours(lines),
        *targets.of_direct(runs),
        *targets.of_growth(rows, pages),
    ]
    click.echo(f"{report.table(lines)}\n\n{targets.table(promised)}")
    if results is not None:
        results.mkdir(parents=True, exist_ok=True)
        asked = {
            "scale": scale,
            "seconds": seconds,
            "rounds": rounds,
            "connections": connections,
            "cores": _CORES,
            "load_shares_the_cores": load_cores is None,
        }
        document = report.as_json(asked, runs, lines) | {"targets": targets.as_data(promised)}
        document["growth"] = [[asdict(run) for run in pair] for pair in (*rows, *pages)]
        (results / "latest.json").write_text(json.dumps(document, indent=1) + "\n")
        for count in sorted({run.workers for run in runs}):
            (results / f"cpu-{count}.svg").write_text(report.picture(lines, count))
    sys.exit(failure)


def pin() -> set[int] | None:
    """Pin all servers to the same two cores, which they inherit from this process.

    Returns:
        The cores that are left for the load generator. `None` where there are none: it then runs
        on the servers' own, which costs each contender the same for a request.

    """
    if not hasattr(os, "sched_setaffinity"):
        return None
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, set(cores[:_CORES]))
    return set(cores[_CORES:]) or None


def running(stack: ExitStack, scale: float, data_folder: Path) -> Backend:
    """Start the servers on data of this scale, until the stack is closed."""
    backend = Backend(scale, data_folder)
    stack.callback(backend.stop)
    backend.start()
    return backend


def compare(
    works: Sequence[Work],
    designs: Sequence[Design],
    backend: Backend,
    workers: int,
    options: Options,
    folder: Path,
    runs: list[Run],
) -> None:
    """Start the contenders, check that they answer the same, and add their runs to `runs`."""
    answers = folder / "floor.json"
    with ExitStack() as stack:
        contenders = []
        for design in designs:
            if design is not FLOOR:
                contender = Contender(design, backend, workers=workers, folder=folder)
                stack.callback(contender.stop)
                contender.start()
                contenders.append(contender)
        kept = {}
        for work in works:
            kept[work.name] = equal.check(work, contenders, backend)
        click.echo(f"{workers} worker(s): all answers are equal")
        if FLOOR in designs:
            answers.write_text(json.dumps(kept))
            floor = Contender(FLOOR, backend, workers=workers, folder=folder, floor_answers=answers)
            stack.callback(floor.stop)
            floor.start()
            contenders.append(floor)
        for work in works:
            able = [it for it in contenders if it.design.does(work.name)]
            runs.extend(measure.measure(work, able, backend, options, folder, tell))


def compare_growth(
    works: Sequence[Work],
    few_scale: float,
    data_folder: Path,
    many: Backend,
    options: Options,
    folder: Path,
) -> tuple[Pairs, Pairs]:
    """Measure our API on few rows and on many."""
    with ExitStack() as stack:
        few = running(stack, few_scale, data_folder)
        sides = []
        for backend in (few, many):
            contender = Contender(OURS, backend, workers=1, folder=folder)
            stack.callback(contender.stop)
            contender.start()
            sides.append((contender, backend))
        rows = growth.rows(works, sides[0], sides[1], options, folder, tell)
        pages: Pairs = []
        if any(work.name == "messages" for work in works):
            pages = growth.pages(*sides[1], options, folder, tell)
    return rows, pages


def tell(run: Run) -> None:
    """Print a run when it ends."""
    parts = " ".join(f"{part} {milliseconds:.2f}" for part, milliseconds in run.cpu_ms.items())
    click.echo(
        f"  {run.work:9} {run.contender:11} {run.workers} worker(s) round {run.round + 1}: "
        f"{run.operations_per_second:7,.0f}/s  p99 {run.p99_ms:7.1f} ms  "
        f"CPU {run.cpu_ms_total:6.2f} ms ({parts})"
    )


if __name__ == "__main__":
    main()
