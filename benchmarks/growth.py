"""Growth: the cost with ten times the rows, and of a page far into a long chat."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.contender import Contender
from benchmarks.data import Backend
from benchmarks.measure import Options, Run, prepare
from benchmarks.operation import Work
from benchmarks.work import PAGE, WORKS, message_page

TIMES = 10
FIRST_PAGE, LAST_PAGE = "first page", "last page"
_PAGES = 10


def rows(
    works: Sequence[Work],
    few: tuple[Contender, Backend],
    many: tuple[Contender, Backend],
    options: Options,
    folder: Path,
    tell: Callable[[Run], None],
) -> list[tuple[Run, Run]]:
    """Measure our API on few rows and on ten times as many, in turn.

    Returns:
        Pairs of runs of the same work and round: few rows, many rows.

    """
    pairs: list[tuple[Run, Run]] = []
    for work in works:
        prepared = [
            prepare(work, [contender], backend, options, folder)[contender]
            for contender, backend in (few, many)
        ]
        pairs += _in_turn(prepared, options.rounds, tell)
    return pairs


def pages(
    contender: Contender,
    backend: Backend,
    options: Options,
    folder: Path,
    tell: Callable[[Run], None],
) -> list[tuple[Run, Run]]:
    """Read the first pages of the long chat and its last ones, in turn.

    Returns:
        Pairs of runs of the same round: first pages, last pages.

    """
    work = next(work for work in WORKS if work.name == "messages")
    last = backend.data.long_chat // PAGE - 1
    prepared = []
    for name, numbers in (
        (FIRST_PAGE, range(_PAGES)),
        (LAST_PAGE, range(last - _PAGES + 1, last + 1)),
    ):
        operations = [message_page(backend.data, 0, number) for number in numbers]
        named = replace(work, name=name)
        prepared.append(
            prepare(named, [contender], backend, options, folder, operations)[contender]
        )
    return _in_turn(prepared, options.rounds, tell)


def _in_turn(prepared: Sequence, rounds: int, tell: Callable[[Run], None]) -> list[tuple[Run, Run]]:
    pairs = []
    for number in range(rounds):
        order = (0, 1) if number % 2 == 0 else (1, 0)
        runs = {at: prepared[at].run(number) for at in order}
        for at in order:
            tell(runs[at])
        pairs.append((runs[0], runs[1]))
    return pairs
