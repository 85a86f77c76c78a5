"""The report: Markdown tables, JSON and a chart."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from html import escape
from statistics import median
from typing import Any

from benchmarks.contender import DESIGNS, OURS
from benchmarks.measure import Run
from benchmarks.work import WORKS


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


def where(work: str, workers: int) -> str:
    """Name a work and a number of workers."""
    return f"{title(work)}, {workers} worker{'s' if workers > 1 else ''}"


def table(found: Sequence[Line]) -> str:
    """Write the lines as Markdown tables, one per work and number of workers."""
    text: list[str] = []
    for work, workers in dict.fromkeys((line.work, line.workers) for line in found):
        text += [
            f"\n**{where(work, workers)}**\n",
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


def as_json(
    options: dict[str, Any],
    runs: Sequence[Run],
    found: Sequence[Line],
) -> dict[str, Any]:
    """Return all results as JSON-serializable data."""
    return {
        "options": options,
        "lines": [asdict(line) for line in found],
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
        drawn.append(f'<text x="16" y="{y}" class="work">{escape(title(work))}</text>')
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


def title(work: str) -> str:
    """Return the title of a work."""
    return next((known.title for known in WORKS if known.name == work), work)


def _design(name: str) -> str:
    return next(design.title for design in DESIGNS if design.name == name)
