"""The first gates: the role's privileges on the schema, the table and the columns."""

from collections.abc import Iterator, Sequence

from psycopg import Connection

from api.explain.catalogue import Column, Relation
from api.explain.verdicts import Gate, Operation


def grants(
    connection: Connection,
    table: Relation,
    role: str,
    operation: Operation,
    written: Sequence[str],
    key: Sequence[str],
    columns: Sequence[Column],
) -> Iterator[Gate]:
    """Check usage of the schema, then the privileges on the table and its columns.

    Args:
        connection: reads the catalogue.
        table: the statement's table.
        role: the role that runs the statement.
        operation: the statement's verb.
        written: the columns that it sets.
        key: the columns that identify its row.
        columns: all columns of the table.

    """
    for column in columns:
        if column.is_fixed and column.name in written and operation in ("insert", "update"):
            yield Gate(
                f"column {column.name}", "refuses", "it is generated, and accepts no other value"
            )
    usage = _asks(connection, "has_schema_privilege(%s, %s, 'usage')", role, table.schema)
    has = "has" if usage else "has no"
    yield Gate(
        "schema usage", "passes" if usage else "refuses", f"{role} {has} usage on {table.schema}"
    )
    if operation == "delete":
        may = _asks(connection, "has_table_privilege(%s, %s::oid, 'delete')", role, table.oid)
        yield _grant(role, "delete", table, [], is_granted=may)
    elif operation == "insert":
        refused = [c.name for c in columns if c.name in written and not c.inserts]
        may = any(c.inserts for c in columns) if not written else not refused
        yield _grant(role, "insert", table, refused, is_granted=may)
    elif operation == "update":
        refused = [c.name for c in columns if c.name in written and not c.updates]
        may = any(c.updates for c in columns) if not written else not refused
        yield _grant(role, "update", table, refused, is_granted=may)
    if operation == "select":
        hidden = [c.name for c in columns if not c.selects]
        may = len(hidden) < len(columns)
        gate = _grant(role, "select", table, [], is_granted=may)
        if may and hidden:
            says = f"{gate.says}, but not on {', '.join(hidden)}: `select *` is refused"
            gate = Gate(gate.name, gate.verdict, says)
        yield gate
    elif operation != "insert":
        # a WHERE reads its columns
        hidden = [c.name for c in columns if c.name in key and not c.selects]
        yield _grant(role, "select", table, hidden, is_granted=not hidden)


def row_security(connection: Connection, table: Relation, role: str) -> Gate:
    """Return whether policies apply to this role; `note` if they do not."""
    if table.is_view:
        says = (
            f"{table.title} is a view that runs as its caller: the policies of its tables decide"
            if table.invoker
            else f"{table.title} is a view that runs as its owner {table.owner}: "
            "the caller's policies do not apply"
        )
        return Gate("row-level security", "note", says)
    if not table.rls:
        says = "row-level security is off: the grants cover all rows"
        return Gate("row-level security", "note", says)
    bypass = connection.execute(
        "select rolsuper or rolbypassrls from pg_catalog.pg_roles where rolname = %s", [role]
    ).fetchone()
    if bypass is not None and bypass[0]:
        return Gate("row-level security", "note", f"on, and {role} bypasses it")
    is_owner = _asks(connection, "pg_has_role(%s, %s, 'usage')", role, table.owner)
    if is_owner and not table.forced:
        return Gate("row-level security", "note", f"on, not forced, and {role} is the owner")
    return Gate("row-level security", "passes", "on, and forced" if table.forced else "on")


def _grant(
    role: str, privilege: str, table: Relation, refused: list[str], *, is_granted: bool
) -> Gate:
    name = "grant"
    if is_granted:
        return Gate(name, "passes", f"{role} has {privilege} on {table.title}")
    what = f"column {', '.join(refused)} of {table.title}" if refused else table.title
    return Gate(name, "refuses", f"{role} has no {privilege} on {what}")


def _asks(connection: Connection, question: str, *values: object) -> bool:
    row = connection.execute("select " + question, values).fetchone()
    return row is not None and bool(row[0])
