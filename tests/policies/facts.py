"""What the checks know of one table or view: each has a file in tables/, in its unit's folder.

In all of it `{name}` stands for the id of a row of the world, or `{absent}` for one that is not
there. What the catalogue has and no file knows fails the suite, and the other way round.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


def split(text: str) -> list[list[str]]:
    """Read a table whose cells are separated by ` | `."""
    return [[cell.strip() for cell in row.split(" | ")] for row in text.splitlines() if row]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is tried with a table, and what it refuses to any writer."""

    after: tuple[str, ...] = ()
    """Tables whose rows must be there before its own."""
    rows: str = ""
    """Inserts its rows of the world."""
    targets: Mapping[str, str]
    """The row that each of its headings in matrix.py is about."""
    inserts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For each of those headings a row of the owner's that could be."""
    arrangement: str | None = None
    """What makes room for that row."""
    update: Mapping[str, str] = field(default_factory=dict)
    """Values that no row has."""
    repoint: Mapping[str, str] = field(default_factory=dict)
    """The values that make a row the stranger's; empty if rows have no owner."""
    calls: Mapping[str, str] = field(default_factory=dict)
    """A call of each function of its policy file whose answer is about the owner's row."""

    values: str = ""
    """Constraint | column | values it takes | values it refuses, both separated by ` ; `."""
    foreign_keys: str = ""
    """Constraint | what breaks it | its parent | what the parent's deletion does.

    What breaks one is a parent that is not there or, where owners are tied, another user's.
    """
    unique: str = ""
    """Constraint or index | what breaks it, besides a second row of an id."""
    other_constraints: tuple[str, ...] = ()
    """Constraints with checks of their own, and each `…_owner_key`.

    That one cannot be broken while there is a primary key: composite foreign keys refer to it.
    """
    nullable: tuple[str, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
    """What a column has where nothing is said; every id is random."""
    triggers: tuple[str, ...] = ()
