"""The statements that try each cell of MATRIX."""

from collections.abc import Iterable

from tests.policies.matrix import MATRIX
from tests.policies.rows import CALLS, INSERTS, TARGETS, UPDATES, assignments, matches
from tests.policies.step import Step
from tests.policies.table import Line, lines
from tests.policies.tables import FACTS
from tests.policies.world import named

KEYS = "session_api_idempotency_keys"
_DENIED = ("DENY",) * 10
VIEWS = {name for name, facts in FACTS.items() if not facts.update}


def relation(subject: str) -> str:
    return subject.split()[0]


def function(subject: str) -> str:
    return subject.split("(")[0]


def call(subject: str) -> str:
    return named(CALLS[subject.split("  ")[0]]).strip()


def _all_columns() -> dict[str, tuple[str, ...]]:
    columns: dict[str, tuple[str, ...]] = {}
    for line in lines(MATRIX):
        if line.verb == "select":
            name = relation(line.subject)
            columns[name] = tuple(dict.fromkeys((*columns.get(name, ()), *line.words)))
    if missing := FACTS.keys() - columns:
        raise KeyError(f"no select line of matrix.py is about {', '.join(sorted(missing))}")
    return columns


COLUMNS = _all_columns()


def matrix_lines() -> Iterable[Line]:
    """Give the lines of MATRIX, and for each relation what it leaves out: DENY for everybody."""
    given = list(lines(MATRIX))
    yield from given
    for name, columns in COLUMNS.items():
        named = {(line.verb, it) for line in given if line.subject == name for it in line.words}
        for verb in ("insert", "update"):
            if left := tuple(column for column in columns if (verb, column) not in named):
                yield Line(name, verb, _DENIED, left)
        if not any((line.subject, line.verb) == (name, "delete") for line in given):
            yield Line(name, "delete", _DENIED, ())


ROLES = ("anon", *("authenticated",) * 4, *("session_api",) * 4, "service_role")

# (relation, verb, column or None, role): who holds which privilege, by the matrix
GRANTS = {
    (relation(line.subject), line.verb, column, role)
    for line in matrix_lines()
    for role, outcome in zip(ROLES, line.outcomes, strict=True)
    if outcome != "DENY"
    for column in line.words or (None,)
}


def _triggers(table: str) -> set[str]:
    """Return the triggers that the table must have: its own and the conventional ones."""
    is_created = any(
        (table, "insert", column, "session_api") in GRANTS for column in COLUMNS[table]
    )
    return {
        *FACTS[table].triggers,
        *({"claim_idempotency_key", "erase_answers"} if is_created and table != KEYS else ()),
        *({"set_updated_at"} if "updated_at" in COLUMNS[table] else ()),
    }


TRIGGERS = {name: _triggers(name) for name in COLUMNS}


def _is_granted(line: Line, role: str) -> bool:
    return any(
        (relation(line.subject), line.verb, column, role) in GRANTS
        for column in line.words or (None,)
    )


def steps(line: Line, index: int) -> list[Step]:
    """Say what is tried for the cell in column `index` of the line."""
    if _is_granted(line, ROLES[index]):
        return _row_steps(line, line.outcomes[index])
    if relation(line.subject) not in VIEWS:
        return _privilege_steps(line)
    return _view_steps(line) + _privilege_steps(line)


def _privilege_steps(line: Line) -> list[Step]:
    """Try each column by itself, on no row: only the grant can refuse."""
    table = f"public.{relation(line.subject)}"
    if line.verb == "delete":
        return [Step(f"delete from {table} where false", "DENY")]
    form = {
        "select": 'select "{column}" from {table} limit 0',
        "insert": 'insert into {table} ("{column}") select (null::{table})."{column}" where false',
        "update": 'update {table} set "{column}" = default where false',
    }[line.verb]
    return [Step(form.format(table=table, column=column), "DENY") for column in line.words]


def _view_steps(line: Line) -> list[Step]:
    """Ask for the grant: the tables below a view would refuse as well."""
    table = f"public.{relation(line.subject)}"
    if line.verb == "delete":
        return [Step(f"select where has_table_privilege('{table}', 'delete')", "EMPTY")]
    return [
        Step(f"select where has_column_privilege('{table}', '{column}', '{line.verb}')", "EMPTY")
        for column in line.words
    ]


def _row_steps(line: Line, outcome: str) -> list[Step]:
    table = f"public.{relation(line.subject)}"
    here = f"id = '{named(TARGETS[line.subject])}'"
    columns = ", ".join(f'"{column}"' for column in line.words)
    if line.verb == "select":
        return [Step(f"select {columns} from {table} where {here}", outcome)]
    if line.verb == "insert":
        return [insert_step(line.subject, outcome, line.words)]
    if line.verb == "update":
        values = {column: UPDATES[relation(line.subject)][column] for column in line.words}
        change = f"update {table} set {assignments(values)}"
        trace = f"select from {table} where {here} and {matches(values)}"
    else:
        change = f"delete from {table}"
        trace = f"select where not exists (select from {table} where {here})"
    return [
        Step(f"{change} where {here} returning id", outcome),
        # without a filter it reads nothing, and the policies on reading do not help
        Step(change, outcome, trace),
    ]


def insert_step(subject: str, outcome: str, columns: Iterable[str]) -> Step:
    table = f"public.{relation(subject)}"
    values = {column: INSERTS[subject][column] for column in columns}
    names = ", ".join(f'"{column}"' for column in values)
    row = named(", ".join(values.values()))
    return Step(
        f"insert into {table} ({names}) values ({row})",
        outcome,
        f"select from {table} where {matches(values)}",
    )
