"""The migrations as they are shipped with this package, and what is in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from api.explain.expressions import split
from api.kinds import KINDS, KindName

_FROM_POLICIES = "-- From supabase/policies/"
_COLUMN = re.compile(r'"?(\w+)"? (.+?)(?= primary key| not null| default | references |$)(.*)$')
_REFERENCES = re.compile(r"references ([\w.]+) \(\w+\)( on delete (?:cascade|restrict|set null))?")


@dataclass(frozen=True)
class Column:
    """A column as a migration declares it; `references` is a table's qualified name."""

    name: str
    type: str
    not_null: bool
    default: str | None
    references: str | None
    on_delete: str

    @property
    def is_required(self) -> bool:
        """Whether a row must be given a value for it."""
        return self.not_null and self.default is None


@dataclass(frozen=True)
class Table:
    """A table as a migration declares it.

    `constraints` are SQL by name, `indexes` the statements by name, `create` the whole text.
    """

    name: str
    columns: dict[str, Column]
    constraints: dict[str, str]
    indexes: dict[str, str]
    create: str


@dataclass(frozen=True)
class Migration:
    """A file of `supabase/migrations/`; its unit is `base` or a kind."""

    name: str
    unit: str
    text: str

    @property
    def policies(self) -> str:
        """The part that replaces what is there: grants, policies, functions, triggers."""
        _, found, tail = self.text.partition(_FROM_POLICIES)
        return tail.partition("\n")[2] if found else ""

    @property
    def tables(self) -> list[Table]:
        """The tables that it makes."""
        statements = list(_statements(self.text.partition(_FROM_POLICIES)[0]))
        return [
            _table(statement, statements)
            for statement in statements
            if statement.startswith("create table ")
        ]

    @property
    def functions(self) -> set[str]:
        """The names of the functions in `public` that it makes."""
        return set(re.findall(r"create or replace function public\.(\w+)\(", self.text))

    @property
    def views(self) -> set[str]:
        """The names of the views that it makes."""
        return set(re.findall(r"create or replace view public\.(\w+)", self.text))


@cache
def migrations() -> tuple[Migration, ...]:
    """Read the shipped migrations, in the order in which they run."""
    folder = Path(__file__).with_name("migrations")
    if not folder.exists():  # a clone has them where the Supabase CLI looks
        folder = Path(__file__).parents[2] / "supabase" / "migrations"
    return tuple(
        Migration(path.name, path.stem.split("_")[1], path.read_text())
        for path in sorted(folder.glob("*.sql"))
    )


@cache
def template(name: str) -> str:
    """Read what is written where a project has tables of its own; `{…}` are places to fill."""
    return Path(__file__).with_name("sql").joinpath(f"{name}.sql").read_text()


def wanted(kinds: tuple[KindName, ...]) -> list[Migration]:
    """Return the base's migrations and those of these kinds."""
    units = {"base", *kinds}
    return [migration for migration in migrations() if migration.unit in units]


def kinds_of_tables() -> dict[str, str]:
    """Return the unit that each table belongs to."""
    return {
        table.name: migration.unit
        for migration in migrations()
        if migration.unit == "base" or migration.unit in KINDS
        for table in migration.tables
    }


def made_without(these: list[Migration]) -> set[str]:
    """Return the names of the views and functions that all other migrations make."""
    others = (it for it in migrations() if it not in these)
    return {name for other in others for name in other.functions | other.views}


def tables_of(unit: str) -> list[Table]:
    """Return the tables of the base or a kind."""
    return [table for it in migrations() if it.unit == unit for table in it.tables]


def _statements(text: str) -> Iterator[str]:
    lines: list[str] = []
    for line in text.splitlines():
        if line.lstrip().startswith("--") or not line.strip():
            continue
        lines.append(line)
        if line.rstrip().endswith(";"):
            yield "\n".join(lines)
            lines = []


def _table(create: str, statements: list[str]) -> Table:
    name = create.removeprefix("create table ").partition(" ")[0]
    body = create[create.index("(") + 1 : create.rindex(")")]
    if "\nwith (" in create:
        body = body[: body.rindex("\n)")]
    columns: dict[str, Column] = {}
    constraints: dict[str, str] = {}
    for entry in (" ".join(part.split()) for part in split(body, ",")):
        if entry.startswith("constraint "):
            _, constraint, definition = entry.split(" ", 2)
            constraints[constraint] = definition
        else:
            column = _column(entry)
            columns[column.name] = column
    indexes = {
        statement.partition(" index ")[2].partition(" ")[0]: statement
        for statement in statements
        if re.match(rf"create (unique )?index \w+ on {re.escape(name)} ", statement)
    }
    return Table(name.removeprefix("public."), columns, constraints, indexes, create)


def _column(entry: str) -> Column:
    found = _COLUMN.match(entry)
    if found is None:
        raise ValueError(entry)
    name, type_, rest = found.groups()
    default = re.search(r" default (.+?)(?= not null| references |$)", rest)
    references = _REFERENCES.search(rest)
    return Column(
        name,
        type_,
        " not null" in rest or " primary key" in rest,
        default[1] if default else None,
        references[1] if references else None,
        (references[2] or "").strip() if references else "",
    )
