"""Rows of an existing table: those that block the installation, and rules for new rows only."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import Connection

from api.install.live import LiveTable
from api.install.shipped import Column, Table

# What the installed view reads as something else when it is null, and what no endpoint needs.
TOLERATED = {
    "approach_challenges": {"description", "points", "created_at"},
    "wingman_matches": {"status", "created_at"},
}
# A kind reads these tables and never writes them: what they may contain is up to the project.
READ_ONLY = {"approach_challenges", "wingman_matches"}

_HIGH, _LOW = r"\\u[dD][89abAB][0-9a-fA-F]{2}", r"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_UNPAIRED = f"{_HIGH}(?!{_LOW})|(?<!{_HIGH}){_LOW}"


@dataclass(frozen=True)
class Hindrance:
    """Rows that the API could not read or write safely."""

    reason: str
    count: int
    query: str
    suggestion: str


@dataclass(frozen=True)
class Legacy:
    """A rule that these rows violate, and that only new rows must satisfy."""

    table: str
    constraint: str
    count: int
    query: str


def hindrances(connection: Connection, declared: Table, live: LiveTable) -> Iterator[Hindrance]:
    """Find what stops the installation; reads every row of the table.

    Args:
        connection: may read the table's rows.
        declared: what the kind needs.
        live: what is there.

    """
    tolerated = TOLERATED.get(declared.name, set())
    name = f"public.{declared.name}"
    for column in declared.columns.values():
        found = live.columns.get(column.name)
        if found is None or not column.not_null or found.not_null or column.name in tolerated:
            continue
        if column.name == "message_order" and "timestamp" in live.columns:
            continue  # numbering finds and numbers these
        where = f"{column.name} is null"
        yield from hindrance(
            connection, name, f"{name}: no {column.name}", where, _fill(live, column)
        )
    yield from _unreadable_times(connection, declared, live)
    yield from _unreadable_json(connection, declared, live)
    yield from _unknown_words(connection, declared, live)
    for constraint, definition in declared.constraints.items():
        columns = re.fullmatch(r"unique \((.+)\)", definition)
        if columns is not None and not _is_unique(live, columns[1]):
            yield from _duplicates(connection, live, constraint, columns[1], "true")
    if "id" not in declared.columns or _is_unique(live, "id"):
        pass
    else:
        yield from _duplicates(connection, live, "the primary key", "id", "true")
    for index, statement in declared.indexes.items():
        unique = re.search(r"create unique index .* \((.+)\)\s+where (.+);", statement, re.DOTALL)
        if unique is not None and index not in live.indexes:
            default = declared.columns["status"].default
            condition = unique[2].replace("status in", f"coalesce(status::text, {default}) in")
            yield from _duplicates(connection, live, index, unique[1], condition)


def legacy(connection: Connection, declared: Table, live: LiveTable) -> Iterator[Legacy]:
    """Find the checks that rows break, of those that are not there yet."""
    coming = declared.columns.keys() - live.columns.keys()
    for constraint, expression in checks(declared, live).items():
        if coming & set(re.findall(r"\w+", expression)):
            continue  # a column that comes has its default, or null
        where = f"not ({expression})"
        count = _count(connection, f"public.{declared.name}", where)
        if count:
            yield Legacy(
                declared.name,
                constraint,
                count,
                f"select * from public.{declared.name} where {where};",
            )


def checks(declared: Table, live: LiveTable) -> dict[str, str]:
    """Return the expressions of the checks that a table lacks and should get, by name."""
    if declared.name in READ_ONLY:
        return {}
    found = {}
    for constraint, definition in declared.constraints.items():
        is_new = constraint not in live.constraints
        if not definition.startswith("check (") or not is_new:
            continue
        expression = definition.removeprefix("check (").removesuffix(")").strip()
        for name, column in live.columns.items():
            if column.is_enum:  # which need not have every label that we name
                expression = re.sub(rf"\b{name}\b(?= in )", f"{name}::text", expression)
        found[constraint] = expression
    return found


def _unreadable_times(
    connection: Connection, declared: Table, live: LiveTable
) -> Iterator[Hindrance]:
    # Python has no infinite time, and none outside of these years; a day less, for any time zone
    first, last = "'0001-01-02'", "'9999-12-30'"
    name = f"public.{declared.name}"
    tolerated = TOLERATED.get(declared.name, set())
    for column in declared.columns.values():
        is_read = column.name in live.columns and column.name not in tolerated
        if column.type == "timestamptz" and is_read:
            yield from hindrance(
                connection,
                name,
                f"{name}: a {column.name} outside the years 1 to 9999",
                f"{column.name} not between {first} and {last}",
                f"set {column.name} = least(greatest({column.name}, {first}), {last})",
            )


def _unreadable_json(
    connection: Connection, declared: Table, live: LiveTable
) -> Iterator[Hindrance]:
    # json keeps an escape of half a character, which no reader can decode; jsonb refuses it
    name = f"public.{declared.name}"
    for column in declared.columns.values():
        if column.type == "jsonb" and column.name in live.columns:
            text = f"{column.name}::text"
            mended = f"regexp_replace({text}, '{_UNPAIRED}', '\\\\ufffd', 'g')::json"
            yield from hindrance(
                connection,
                name,
                f"{name}: a {column.name} with an unpaired surrogate",
                f"replace({text}, '\\\\', '') ~ '{_UNPAIRED}'",
                f"set {column.name} = {mended}",
            )


def _unknown_words(connection: Connection, declared: Table, live: LiveTable) -> Iterator[Hindrance]:
    # an API that does not know a status can neither show it nor say what may follow it
    for column in ("status", "role"):
        definition = declared.constraints.get(f"{declared.name}_{column}_known", "")
        if not definition or declared.name in READ_ONLY or column not in live.columns:
            continue
        known = definition[definition.index("in (") + 3 : definition.rindex(")")]
        last = known.strip("()").split(",")[-1].strip()
        # "ready" and "In progress" are READY and in_progress; what is like none becomes the last
        like = "regexp_replace(lower({}), '[^a-z]', '', 'g')"
        word = (
            f"(select word from unnest(array[{known.strip('()')}]) as word "
            f"where {like.format('word')} = {like.format(f'{column}::text')})"
        )
        yield from hindrance(
            connection,
            f"public.{declared.name}",
            f"public.{declared.name}: a {column} that the API does not know",
            f"{column}::text not in {known}",
            f"set {column} = coalesce({word}, {last})::{live.columns[column].type}",
        )


def _duplicates(
    connection: Connection, live: LiveTable, constraint: str, columns: str, condition: str
) -> Iterator[Hindrance]:
    name = f"public.{live.name}"
    newest = "created_at desc, id" if "created_at" in live.columns else "id"
    again = (
        f"select id from (select id, row_number() over (partition by {columns} "
        f"order by {newest}) as place from {name} where {condition}) as numbered where place > 1"
    )
    change = (
        "set status = 'cancelled'" if "status in" in condition or "status::" in condition else ""
    )
    where = f"id in ({again})"
    yield from hindrance(
        connection, name, f"{name}: more than one row where {constraint} allows one", where, change
    )


def hindrance(
    connection: Connection, name: str, reason: str, where: str, change: str
) -> Iterator[Hindrance]:
    """Count the rows of a condition; yield one hindrance if there are any.

    `change` is the suggested update's `set`, the whole statement if it is more than one, or empty
    to suggest a deletion.
    """
    count = _count(connection, name, where)
    if count:
        verb = f"update {name} {change} where" if change else f"delete from {name} where"
        query = f"select * from {name} where {where};"
        whole = change if ";" in change else f"{verb} {where};"
        yield Hindrance(reason, count, query, whole)


def _fill(live: LiveTable, column: Column) -> str:
    made = "coalesce(created_at, now())" if "created_at" in live.columns else "now()"
    if column.default is not None:
        default = column.default
        if column.name == "updated_at" or column.name == "last_updated":
            default = made
        return f"set {column.name} = {default}"
    if column.name == "scheduled_time":
        return f"set {column.name} = {made} + interval '1 hour'"
    if column.type == "timestamptz":
        return f'set "{column.name}" = {made}'
    if column.type.startswith(("text", "varchar")):
        return f"set {column.name} = 'Unknown'"
    if column.references == "public.approach_challenges":
        first = "(select id from public.approach_challenges order by created_at, id limit 1)"
        return f"set {column.name} = {first}"
    return ""


def _is_unique(live: LiveTable, columns: str) -> bool:
    return sorted(column.strip(' "') for column in columns.split(",")) in live.uniques


def _count(connection: Connection, name: str, where: str) -> int:
    row = connection.execute(f"select count(*) from {name} where {where}").fetchone()
    return int(row[0]) if row else 0
