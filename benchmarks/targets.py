"""What is wanted of the contenders, compared with what was measured."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.measure import Run
from benchmarks.report import Line, Spread, title, where

_WRITES_AND_LIST = ("list", "create", "confirm", "notes")
_DIRECT_CPU = {
    "detail": 1.7,
    "messages": 2.2,
    "list": 1.7,
    "create": 1.7,
    "confirm": 2.2,
    "notes": 1.4,
}
"""By work, what is wanted of the classic's CPU time divided by that of direct connections."""
_DIRECT_THROUGHPUT = {"detail": 0.75, "messages": 0.75}
_OTHER_DIRECT_THROUGHPUT = 0.7


@dataclass(frozen=True)
class Target:
    """A target and its measured value."""

    text: str
    wanted: float
    measured: Spread
    at_most: bool = False

    @property
    def reached(self) -> bool:
        """Whether the median meets it."""
        found = self.measured.median
        return found <= self.wanted if self.at_most else found >= self.wanted

    def __str__(self) -> str:
        sign = "at most" if self.at_most else "at least"
        mark = "yes" if self.reached else "NO"
        return f"| {self.text} | {sign} {self.wanted:g} | {self.measured} | {mark} |"


def of_ours(found: Sequence[Line]) -> list[Target]:
    """Compare the measurements with the targets."""
    by = {(line.work, line.workers, line.contender): line for line in found}
    promised: list[Target] = []
    for (work, workers, contender), line in by.items():
        place = where(work, workers)
        if contender == "postgrest":
            wanted = 0.6 if work in _WRITES_AND_LIST else 0.75
            text = f"{place}: our throughput ÷ PostgREST alone's"
            promised.append(Target(text, wanted, line.throughput))
        elif contender == "classic":
            wanted = {"detail": 1.25, "messages": 1.5}.get(work, 1.0)
            text = f"{place}: the classic's CPU a request ÷ ours"
            promised.append(Target(text, wanted, line.cpu))
        elif contender == "tutorial" and work in ("detail", "messages"):
            text = f"{place}: our throughput ÷ the tutorials' form's"
            promised.append(Target(text, 50, line.throughput))
    return promised


def of_direct(runs: Sequence[Run]) -> list[Target]:
    """Compare direct connections with their targets, round by round."""
    by = {(run.work, run.workers, run.contender, run.round): run for run in runs}
    promised = []
    for work, workers in dict.fromkeys((run.work, run.workers) for run in runs):
        place = where(work, workers)
        for contender in ("classic", "postgrest"):
            pairs = [
                (ours, by[work, workers, contender, number])
                for (*its, number), ours in by.items()
                if its == [work, workers, "direct"] and (work, workers, contender, number) in by
            ]
            if not pairs:
                continue
            if contender == "classic":
                text = f"{place}: the classic's CPU a request ÷ direct's"
                wanted = _DIRECT_CPU[work]
                ratios = Spread.of(its.cpu_ms_total / ours.cpu_ms_total for ours, its in pairs)
            else:
                text = f"{place}: direct's throughput ÷ PostgREST alone's"
                wanted = _DIRECT_THROUGHPUT.get(work, _OTHER_DIRECT_THROUGHPUT)
                ratios = Spread.of(
                    ours.operations_per_second / its.operations_per_second for ours, its in pairs
                )
            promised.append(Target(text, wanted, ratios))
    return promised


def of_growth(rows: Sequence[tuple[Run, Run]], pages: Sequence[tuple[Run, Run]]) -> list[Target]:
    """Compare growth with the targets."""
    promised = []
    for work in dict.fromkeys(few.work for few, _ in rows):
        ratios = Spread.of(
            many.cpu_ms_total / few.cpu_ms_total for few, many in rows if few.work == work
        )
        text = f"{title(work)}: CPU a request with 10 times the rows"
        promised.append(Target(text, 1.15, ratios, at_most=True))
    if pages:
        ratios = Spread.of(last.cpu_ms_total / first.cpu_ms_total for first, last in pages)
        text = "last page of the long chat (page 20,000 at scale 1): CPU a request ÷ page 1's"
        promised.append(Target(text, 1.1, ratios, at_most=True))
    return promised


def table(promised: Sequence[Target]) -> str:
    """Write the targets as a Markdown table."""
    return "\n".join(
        ["| target | wanted | measured | reached |", "|---|---|---|---|", *map(str, promised)]
    )


def as_data(promised: Sequence[Target]) -> list[dict[str, Any]]:
    """Return the targets as JSON-serializable data."""
    return [{**asdict(target), "reached": target.reached} for target in promised]
