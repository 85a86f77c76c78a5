"""What exists in a project's database, as far as an installation has to know."""

from dataclasses import dataclass, field

from api.doctor.additions import USES_OTHERS


@dataclass(frozen=True)
class LiveColumn:
    """An existing column; `labels` are those of its type, if that is an enum."""

    name: str
    type: str
    base: str
    labels: list[str]
    not_null: bool
    default: str | None
    is_generated: bool

    @property
    def is_enum(self) -> bool:
        """Whether its type is an enum."""
        return bool(self.labels)


@dataclass(frozen=True)
class LiveKey:
    """A foreign key that is there: its columns, where it points, and its delete action's letter."""

    name: str
    columns: list[str]
    target: str
    action: str


@dataclass(frozen=True)
class LiveTrigger:
    """A trigger that is there: its function, that function's source, and whose rights it has."""

    function: str
    source: str
    is_definer: bool

    @property
    def needs_privileges(self) -> bool:
        """Whether its function may need a privilege that the API's role lacks."""
        return not self.is_definer and USES_OTHERS.search(self.source) is not None


@dataclass(frozen=True)
class LivePolicy:
    """A policy that is there, with `public` for every role."""

    name: str
    permissive: bool
    command: str
    roles: list[str]
    using: str | None
    check: str | None


@dataclass(frozen=True)
class LiveTable:
    """An existing relation with one of our names.

    `grants` are privileges by role, as `select` or `select (column)`; `uniques` the column lists
    of valid unique indexes without a condition, `sequences` those that defaults take numbers from.
    """

    name: str
    kind: str
    owner: str
    is_ours_to_alter: bool
    has_row_security: bool
    has_children: bool
    is_published: bool
    columns: dict[str, LiveColumn]
    constraints: dict[str, str]
    keys: list[LiveKey]
    indexes: set[str]
    uniques: list[list[str]]
    triggers: dict[str, LiveTrigger]
    sequences: list[str]
    rules: list[str]
    policies: list[LivePolicy]
    grants: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Survey:
    """Everything that an installation has to know.

    `adopted` are the tables that an earlier installation took over, `names` the column that it
    reads participants' names from, or empty; `zone` is the database's time zone.
    """

    tables: dict[str, LiveTable]
    functions: dict[str, str]
    adopted: list[str]
    names: str
    has_base: bool
    has_foreign_schema: bool
    version: int
    zone: str
    roles: list[str]
