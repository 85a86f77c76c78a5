"""Measuring: contenders run in turn, interleaved and repeated, each on an idle machine."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import load
from benchmarks.contender import FLOOR, Contender, Part
from benchmarks.data import Backend, Data
from benchmarks.operation import Operation, Work
from benchmarks.work import open_sessions, warm_up

# More than any contender can do in a second, for work that can be done only once.
_MOST_A_SECOND = 4_000
_WARM_UP_SECONDS = 1
_ATTEMPTS = 3
_QUIET_SECONDS = 0.2
_LONGEST_SETTLING_SECONDS = 10


class MeasureError(Exception):
    """A run is not a valid measurement. The message is shown to the user."""


@dataclass(frozen=True)
class Options:
    """How the load is applied.

    Args:
        seconds: how long each run is.
        rounds: how often each contender is loaded with each work.
        connections: how many requests are under way at any time.
        load_cores: where the load generator runs; anywhere if not given.

    """

    seconds: float
    rounds: int
    connections: int
    load_cores: set[int] | None = None


@dataclass(frozen=True)
class Run:
    """Results of one run. An operation can be several requests (see `work.Operation`)."""

    work: str
    contender: str
    workers: int
    round: int
    operations_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: Mapping[Part, float]

    @property
    def cpu_ms_total(self) -> float:
        """CPU time of all processes of the contender together, for one operation."""
        return sum(self.cpu_ms.values())


def measure(
    work: Work,
    contenders: Sequence[Contender],
    backend: Backend,
    options: Options,
    folder: Path,
    tell: Callable[[Run], None],
) -> Iterator[Run]:
    """Load each contender with `work`, in turn and in every round, starting with another each time.

    Raises:
        MeasureError: an answer was an error, or the database has not what was answered.
        LoadError: the load could not be put on.

    """
    prepared = prepare(work, contenders, backend, options, folder)
    for number in range(options.rounds):
        first = number % len(contenders)
        for contender in (*contenders[first:], *contenders[:first]):
            run = prepared[contender].run(number)
            tell(run)
            yield run


def prepare(
    work: Work,
    contenders: Sequence[Contender],
    backend: Backend,
    options: Options,
    folder: Path,
    operations: Sequence[Operation] | None = None,
) -> dict[Contender, "Prepared"]:
    """Write the contenders' requests, for `operations` if given, else the work's own."""
    count = round(_MOST_A_SECOND * options.seconds) if work.once else _MOST_A_SECOND
    if operations is None:
        operations = work.operations(backend.data, count)
    if work.once:
        backend.confirmed(open_sessions(backend.data, count))
    return {
        contender: Prepared(
            work,
            contender,
            backend,
            options,
            folder,
            operations,
            _warm_up(work, backend.data, count),
        )
        for contender in contenders
    }


def _warm_up(work: Work, data: Data, count: int) -> Sequence[Operation] | None:
    return warm_up(data, count) if work.once else None


class Prepared:
    """A contender with a file of requests for one work."""

    def __init__(
        self,
        work: Work,
        contender: Contender,
        backend: Backend,
        options: Options,
        folder: Path,
        operations: Sequence[Operation],
        warm_up_operations: Sequence[Operation] | None,
    ) -> None:
        self._work = work
        self._contender = contender
        self._backend = backend
        self._options = options
        self._requests_each = len(contender.requests(operations[0]))
        name = f"{work.name}-{contender.design.name}-{id(contender)}"
        self._requests = folder / f"{name}.tsv"
        load.write(contender.lines(operations), self._requests)
        self._warm_up = self._requests
        if warm_up_operations is not None:
            self._warm_up = folder / f"{name}-warm-up.tsv"
            load.write(contender.lines(warm_up_operations), self._warm_up)

    def run(self, number: int) -> Run:
        """Warm up, load, measure, and restore the rows; repeat if nothing was answered at all.

        A busy machine can leave the slowest contender without an answer.

        Raises:
            MeasureError: an answer was an error, or the database has not what was answered.
            LoadError: the load could not be put on.

        """
        for _ in range(_ATTEMPTS):
            found = self._run(number)
            if found is not None:
                return found
        raise MeasureError(f"{self._contender.design.title} does not answer {self._work.name}")

    def _run(self, number: int) -> Run | None:
        """Do one run; `None` when there was no answer in time.

        Raises:
            MeasureError: an answer was an error, or the database has not what was answered.
            LoadError: the load could not be put on.

        """
        work, contender = self._work, self._contender
        self._load(self._warm_up, _WARM_UP_SECONDS)
        settle(contender)
        # the floor writes to no database, and would run out of work that can be done only once
        is_floor = contender.design is FLOOR
        written_before = None if is_floor else self._backend.count(work.name)
        before = contender.cpu()
        answered = self._load(
            self._requests,
            self._options.seconds * contender.design.patience,
            once=work.once and not is_floor,
        )
        after = contender.cpu()
        settle(contender)
        operations = answered.answers / self._requests_each
        if not answered.answers:
            return None
        if answered.refused or answered.broken:
            raise MeasureError(
                f"{contender.design.title}, {work.name}: of {answered.answers} answers "
                f"{answered.refused} were errors, and {answered.broken} were missing"
            )
        if written_before is not None:
            written = (self._backend.count(work.name) or 0) - written_before
            # requests in progress at the end may or may not have been written
            if (
                not 0
                <= written - int(operations) + self._requests_each
                <= self._options.connections + 2
            ):
                raise MeasureError(
                    f"{contender.design.title}, {work.name}: {operations:.0f} were answered and "
                    f"{written} written"
                )
        if work.writes:
            self._backend.restore(work.name)
        return Run(
            work=work.name,
            contender=contender.design.name,
            workers=contender.workers,
            round=number,
            operations_per_second=operations / answered.seconds,
            p50_ms=answered.p50_ms,
            p99_ms=answered.p99_ms,
            cpu_ms={part: 1e3 * (after[part] - before[part]) / operations for part in after},
        )

    def _load(self, requests: Path, seconds: float, *, once: bool = False) -> load.Answered:
        return load.run(
            self._contender.url,
            requests,
            seconds=seconds,
            connections=self._options.connections,
            once=once,
            cores=self._options.load_cores,
        )


def settle(contender: Contender) -> None:
    """Wait until the contender has finished the requests in progress when the load ended."""
    deadline = time.monotonic() + _LONGEST_SETTLING_SECONDS
    used = sum(contender.cpu().values())
    while time.monotonic() < deadline:
        time.sleep(_QUIET_SECONDS)
        before, used = used, sum(contender.cpu().values())
        if used - before <= 0.05 * _QUIET_SECONDS:
            return
