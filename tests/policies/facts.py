"""What the checks know about one table or view. tables/ has one file per kind, parents first.

In all fields `{name}` stands for the id of a row of the world, and `{absent}` for an id that no row
has. The suite fails if a table is in the database but in no file, or the other way round.
conventions.py fills in what a table leaves out.
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
    """SQL that inserts the table's rows, the owner's first. Default: `insert`, with an id."""
    targets: Mapping[str, str] = field(default_factory=dict)
    """The row that each heading in matrix.py is about. Default: the first row."""
    insert: Mapping[str, str] = field(default_factory=dict)
    """A valid new row of the owner's: values in SQL by column."""
    inserts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The same for each other heading with a line on insert."""
    arrangement: str | None = None
    """SQL that has to run first, so that the row can be inserted."""
    update: Mapping[str, str] | None = None
    """Values that no row has yet. Default: the columns whose value in `insert` is `'new'`."""
    repoint: Mapping[str, str] | None = None
    """Values that make a row the stranger's. Default: derived from the names in `insert`."""
    calls: Mapping[str, str] = field(default_factory=dict)
    """By function of the table's policy file: a call that asks about the owner's row."""

    values: str = ""
    """Constraint | column | values it accepts | values it refuses; values separated by ` ; `."""
    foreign_keys: str | None = None
    """Constraint | values that violate it | the parent | what deleting the parent does.

    A parent that does not exist violates it, and where owners are tied, another user's parent.
    """
    unique: str = ""
    """Constraint or index | values that violate it. Left out: a second row with the same id."""
    other_constraints: tuple[str, ...] = ()
    """Constraints that have checks elsewhere."""
    triggers: tuple[str, ...] = ()
    """The table's own, besides those for `updated_at` and idempotency keys."""
    definitions: str = ""
    """Columns, constraints, indexes, triggers, policies, functions, as the database prints them."""
