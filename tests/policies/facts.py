"""What the checks know of one table or view: tables/ has a file for each kind, parents first.

In all of it `{name}` stands for the id of a row of the world, or `{absent}` for an id that no row
has. A table that is in the database but in no file fails the suite, and so does the reverse. What a
table leaves out is as conventions.py says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


def split(text: str) -> list[list[str]]:
    """Read a table whose cells are separated by ` | `."""
    return [[cell.strip() for cell in row.split(" | ")] for row in text.splitlines() if row]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is tried on a table, and what it refuses from any writer."""

    rows: str = ""
    """Inserts its rows of the world, the owner's first; left out: `insert`, with an id."""
    targets: Mapping[str, str] = field(default_factory=dict)
    """The row that each of its headings in matrix.py is about; its own: the first."""
    insert: Mapping[str, str] = field(default_factory=dict)
    """A row of the owner's that could be."""
    inserts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For each other heading that has an insert, such a row."""
    arrangement: str | None = None
    """What makes room for that row."""
    update: Mapping[str, str] | None = None
    """Values that no row has; left out: what is `'new'` in `insert`."""
    repoint: Mapping[str, str] | None = None
    """The values that make a row the stranger's; left out: found by their names in `insert`."""
    calls: Mapping[str, str] = field(default_factory=dict)
    """A call of each function of its policy file whose answer is about the owner's row."""

    values: str = ""
    """Constraint | column | values it takes | values it refuses, both separated by ` ; `."""
    foreign_keys: str | None = None
    """Constraint | what breaks it | its parent | what the parent's deletion does.

    What breaks one is a parent that is not there or, where owners are tied, another user's.
    """
    unique: str = ""
    """Constraint or index | what breaks it, besides a second row of an id."""
    other_constraints: tuple[str, ...] = ()
    """Constraints with checks of their own."""
    triggers: tuple[str, ...] = ()
    """Its own, besides those that keep `updated_at` and claim idempotency keys."""
    definitions: str = ""
    """Its columns, constraints, indexes, triggers, policies and functions, as the database says."""
