"""The report: Markdown tables, JSON and a chart."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from html import escape
from statistics import median
from typing import Any

from benchmarks.contender import DESIGNS, OURS
from benchmarks.measure import Run
from benchmarks.work import WORKS

_WRITES_AND_LIST = ("list", "create", "confirm", "notes")


@dataclass(frozen=True)
class Spread:
    """A ratio's median over the rounds, its lowest and its highest."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Compute it from the rounds' ratios."""
        known = sorted(values)
        return cls(median(known), known[0], known[-1])

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.lowest:.2f}-{self.highest:.2f})"


@dataclass(frozen=True)
class Line:
    """Medians of a contender at one work over the rounds, compared with ours in the same rounds.

    Args:
        work: the work's name.
        workers: processes of each contender.
        contender: the contender's name.
        operations_per_second: throughput.
        p50_ms: half of the requests took less.
        p99_ms: all but a hundredth took less.
        cpu_ms: CPU time for an operation, by part.
        throughput: ours divided by its: above 1, ours does more.
        cpu: its divided by ours: above 1, ours costs less.

    """

    work: str
    workers: int
    contender: str
    operations_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: dict[str, float]
    throughput: Spread
    cpu: Spread

    @property
    def cpu_ms_total(self) -> float:
        """CPU time per operation, all parts."""
        return sum(self.cpu_ms.values())


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


def lines(runs: Sequence[Run]) -> list[Line]:
    """Combine the runs of all rounds."""
    found: list[Line] = []
    for work in WORKS:
        for workers in sorted({run.workers for run in runs}):
            for design in DESIGNS:
                its = {
                    run.round: run
                    for run in runs
                    if (run.work, run.workers, run.contender) == (work.name, workers, design.name)
                }
                ours = {
                    run.round: run
                    for run in runs
                    if (run.work, run.workers, run.contender) == (work.name, workers, OURS.name)
                }
                pairs = [(ours[number], its[number]) for number in its if number in ours]
                if pairs:
                    found.append(_line(work.name, workers, design.name, pairs))
    return found


def _line(work: str, workers: int, contender: str, pairs: Sequence[tuple[Run, Run]]) -> Line:
    its = [run for _, run in pairs]
    return Line(
        work=work,
        workers=workers,
        contender=contender,
        operations_per_second=median(run.operations_per_second for run in its),
        p50_ms=median(run.p50_ms for run in its),
        p99_ms=median(run.p99_ms for run in its),
        cpu_ms={part: median(run.cpu_ms[part] for run in its) for part in its[0].cpu_ms},
        throughput=Spread.of(
            ours.operations_per_second / run.operations_per_second for ours, run in pairs
        ),
        cpu=Spread.of(run.cpu_ms_total / ours.cpu_ms_total for ours, run in pairs),
    )


def targets(found: Sequence[Line]) -> list[Target]:
    """Compare the measurements with the targets."""
    by = {(line.work, line.workers, line.contender): line for line in found}
    promised: list[Target] = []
    for (work, workers, contender), line in by.items():
        where = f"{_title(work)}, {workers} worker{'s' if workers > 1 else ''}"
        if contender == "postgrest":
            wanted = 0.6 if work in _WRITES_AND_LIST else 0.75
            text = f"{where}: our throughput ÷ PostgREST alone's"
            promised.append(Target(text, wanted, line.throughput))
        elif contender == "classic":
            wanted = {"detail": 1.25, "messages": 1.5}.get(work, 1.0)
            text = f"{where}: the classic's CPU a request ÷ ours"
            promised.append(Target(text, wanted, line.cpu))
        elif contender == "tutorial" and work in ("detail", "messages"):
            text = f"{where}: our throughput ÷ the tutorials' form's"
            promised.append(Target(text, 50, line.throughput))
    return promised


def growth_targets(
    rows: Sequence[tuple[Run, Run]], pages: Sequence[tuple[Run, Run]]
) -> list[Target]:
    """Compare growth with the targets."""
    promised = []
    for work in dict.fromkeys(few.work for few, _ in rows):
        ratios = Spread.of(
            many.cpu_ms_total / few.cpu_ms_total for few, many in rows if few.work == work
        )
        text = f"{_title(work)}: CPU a request with 10 times the rows"
        promised.append(Target(text, 1.15, ratios, at_most=True))
    if pages:
        ratios = Spread.of(last.cpu_ms_total / first.cpu_ms_total for first, last in pages)
        text = "last page of the long chat (page 20,000 at scale 1): CPU a request ÷ page 1's"
        promised.append(Target(text, 1.1, ratios, at_most=True))
    return promised


def table(found: Sequence[Line]) -> str:
    """Write the lines as Markdown tables, one per work and number of workers."""
    text: list[str] = []
    for work, workers in dict.fromkeys((line.work, line.workers) for line in found):
        text += [
            f"\n**{_title(work)}, {workers} worker{'s' if workers > 1 else ''}**\n",
            "| | operations/s | p50 ms | p99 ms | CPU ms | our throughput ÷ its | its CPU ÷ ours |",
            "|---|---:|---:|---:|---:|---:|---:|",
        ]
        for line in found:
            if (line.work, line.workers) == (work, workers):
                ratios = (
                    ("1", "1")
                    if line.contender == OURS.name
                    else (str(line.throughput), str(line.cpu))
                )
                text.append(
                    f"| {_design(line.contender)} | {line.operations_per_second:,.0f} | "
                    f"{line.p50_ms:.1f} | {line.p99_ms:.1f} | {line.cpu_ms_total:.2f} | "
                    f"{ratios[0]} | {ratios[1]} |"
                )
    return "\n".join(text)


def target_table(promised: Sequence[Target]) -> str:
    """Write the targets as a Markdown table."""
    return "\n".join(
        ["| target | wanted | measured | reached |", "|---|---|---|---|", *map(str, promised)]
    )


def as_json(
    options: dict[str, Any],
    runs: Sequence[Run],
    found: Sequence[Line],
    promised: Sequence[Target],
) -> dict[str, Any]:
    """Return all results as JSON-serializable data."""
    return {
        "options": options,
        "lines": [asdict(line) for line in found],
        "targets": [{**asdict(target), "reached": target.reached} for target in promised],
        "runs": [asdict(run) for run in runs],
    }


# The picture -----------------------------------------------------------------------------------

_COLOURS = {"postgres": "#336791", "postgrest": "#5aa9a3", "api": "#e0a030"}
_PARTS = {"postgres": "Postgres", "postgrest": "PostgREST", "api": "API in Python"}
_LEFT, _BAR_WIDTH, _ROW, _WIDTH = 300, 420, 22, 860


def picture(found: Sequence[Line], workers: int) -> str:
    """Draw the CPU time of an operation, by part, as an SVG: a group of bars for each work.

    What is longer than twice the longest of ours and the classic's is cut, with its number.
    """
    shown = [line for line in found if line.workers == workers]
    drawn: list[str] = []
    y = 64
    for work in dict.fromkeys(line.work for line in shown):
        group = [line for line in shown if line.work == work]
        longest = max(
            line.cpu_ms_total for line in group if line.contender not in ("tutorial", "one-client")
        )
        scale = _BAR_WIDTH / (1.5 * longest)
        drawn.append(f'<text x="16" y="{y}" class="work">{escape(_title(work))}</text>')
        y += 12
        for line in group:
            drawn.append(
                f'<text x="{_LEFT - 8}" y="{y + 13}" text-anchor="end">'
                f"{escape(_design(line.contender))}</text>"
            )
            x, cut = float(_LEFT), _LEFT + _BAR_WIDTH
            for part, milliseconds in line.cpu_ms.items():
                width = min(milliseconds * scale, cut - x)
                if width > 0:
                    drawn.append(
                        f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="16" '
                        f'fill="{_COLOURS[part]}"/>'
                    )
                    x += width
            cut_off = " …" if line.cpu_ms_total * scale > _BAR_WIDTH else ""
            drawn.append(
                f'<text x="{x + 6:.1f}" y="{y + 13}">{cut_off}{line.cpu_ms_total:.2f} ms, '
                f"{line.operations_per_second:,.0f}/s</text>"
            )
            y += _ROW
        y += 26
    legend = "".join(
        f'<rect x="{_LEFT + 120 * number}" y="32" width="12" height="12" fill="{_COLOURS[part]}"/>'
        f'<text x="{_LEFT + 120 * number + 18}" y="43">{name}</text>'
        for number, (part, name) in enumerate(_PARTS.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{y}" '
        f'viewBox="0 0 {_WIDTH} {y}" font-family="sans-serif" font-size="12">\n'
        "<style>.work{font-weight:bold}.title{font-size:15px;font-weight:bold}</style>\n"
        f'<rect width="{_WIDTH}" height="{y}" fill="#ffffff"/>\n'
        f'<text x="16" y="22" class="title">CPU time of one operation, all processes together '
        f"({workers} worker{'s' if workers > 1 else ''}), and operations a second</text>\n"
        f"{legend}\n" + "\n".join(drawn) + "\n</svg>\n"
    )


def _title(work: str) -> str:
    return next((known.title for known in WORKS if known.name == work), work)


def _design(name: str) -> str:
    return next(design.title for design in DESIGNS if design.name == name)
