"""The text tables of matrix.py as objects."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.policies.tables import is_installed

OUTCOMES = frozenset({"ALLOW", "EMPTY", "DENY"})


@dataclass(frozen=True)
class Line:
    subject: str  # the heading it stands under
    verb: str
    outcomes: tuple[str, ...]
    words: tuple[str, ...]  # what follows the outcomes


def all_lines(text: str) -> Iterator[Line]:
    """Read a table: headings at the margin, lines under them, `#` for a remark."""
    subject, current = "", None
    for row in filter(None, text.splitlines()):
        if row.startswith("#"):
            continue
        if not row.startswith(" "):
            if current:
                yield current
            subject, current = row, None
            continue
        if row.startswith("   "):
            assert current, row  # a line continues in the next row
            current = Line(
                current.subject,
                current.verb,
                current.outcomes,
                (*current.words, *row.split()),
            )
            continue
        if current:
            yield current
        verb, *rest = row.split()
        outcomes = tuple(word for word in rest if word in OUTCOMES)
        current = Line(subject, verb, outcomes, tuple(rest[len(outcomes) :]))
    if current:
        yield current


def lines(text: str) -> Iterator[Line]:
    """Read a table about relations or functions: what it says of the installed ones."""
    for line in all_lines(text):
        signature, _, _ = line.subject.partition("  ")
        if is_installed(signature if "(" in signature else signature.split()[0]):
            yield line
