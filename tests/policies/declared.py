"""What is declared of the schema: in tables/, in definitions.txt, and by convention."""

import re
from pathlib import Path
from typing import Final, NamedTuple

from tests.policies.cells import COLUMNS
from tests.policies.conventions import definitions, existence
from tests.policies.tables import KNOWN, UNIT_OF

FILE: Final = Path(__file__).with_name("definitions.txt")
DECLARED: Final = frozenset(
    line
    for text in (FILE.read_text(), *(facts.definitions for facts in KNOWN.values()))
    for line in text.splitlines()
    if line and not line.startswith("#")
)
CONVENTIONAL: Final = frozenset(
    [
        *(line for table in KNOWN for line in definitions(table, UNIT_OF[table])),
        *(line for unit in set(UNIT_OF.values()) for line in existence(unit)),
    ]
)
_COLUMN = re.compile(r"column (\w+)\.(\w+): .*?( not null)?(?: default (.*))?")


class Column(NamedTuple):
    """What a column holds where nothing is said; every id is random."""

    is_nullable: bool
    default: str | None


def is_conventional(line: str) -> bool:
    return line in CONVENTIONAL or bool(re.fullmatch(r"owner of function .*: postgres", line))


def _columns() -> dict[str, dict[str, Column]]:
    found: dict[str, dict[str, Column]] = {}
    # what is declared replaces what is conventional
    for line in (*CONVENTIONAL, *DECLARED):
        if column := _COLUMN.fullmatch(line):
            table, name, required, default = column.groups()
            found.setdefault(table, {})[name] = Column(required is None, default)
    return {
        table: {name: found[table][name] for name in names if name in found.get(table, {})}
        for table, names in COLUMNS.items()
    }


TABLE_COLUMNS: Final = _columns()
"""Of each table its columns. One that is declared nowhere is missing: a check names its line."""


def nullable(table: str) -> list[str]:
    return [name for name, column in TABLE_COLUMNS[table].items() if column.is_nullable]


def defaults(table: str) -> dict[str, str]:
    """Return what the columns hold by default, but for the id."""
    return {
        name: column.default
        for name, column in TABLE_COLUMNS[table].items()
        if column.default is not None and name != "id"
    }
