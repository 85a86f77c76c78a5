"""The tables whose changes are sent, and the subscriptions a client can request."""

import re
from dataclasses import dataclass
from typing import Any

import asyncpg

from local.auth.database import Database

_FILTER = re.compile(r"([^=]{1,63})=(\w+)\.(.*)", re.DOTALL)
_COMPARISONS = {
    "eq": "=",
    "neq": "<>",
    "lt": "<",
    "lte": "<=",
    "gt": ">",
    "gte": ">=",
    "in": "= any",
}
_TABLE = """
select
  n.nspname as schema, c.relname as name,
  array(
    select a.attname from pg_attribute a
    join pg_index i on i.indrelid = a.attrelid and i.indisprimary and a.attnum = any (i.indkey)
    where a.attrelid = c.oid order by array_position(i.indkey, a.attnum)
  )::text[] as key,
  array(
    select a.attname from pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum
  )::text[] as names,
  array(
    select format_type(a.atttypid, null) from pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum
  )::text[] as types,
  array(
    select t.typname from pg_attribute a join pg_type t on t.oid = a.atttypid
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum
  )::text[] as short_types
from pg_class c join pg_namespace n on n.oid = c.relnamespace
"""


class UnknownSubscriptionError(Exception):
    """A subscription could never receive anything. The message is shown to the developer."""


@dataclass(frozen=True)
class Table:
    """A table: its key and its columns' types."""

    schema: str
    name: str
    key: list[str]
    types: dict[str, str]
    short_types: dict[str, str]

    @property
    def sql(self) -> str:
        """Its name, quoted."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"


@dataclass(frozen=True)
class Filter:
    """A condition on one column."""

    column: str
    operator: str
    values: list[str]

    def sql(self, table: Table, parameter: int) -> str:
        """Return the condition for a statement, with its value as a parameter of this number."""
        kind = table.types[self.column]
        if self.operator == "in":
            return f"{quoted(self.column)} = any (${parameter}::text[]::{kind}[])"
        return (
            f"{quoted(self.column)} {_COMPARISONS[self.operator]} (${parameter}::text[])[1]::{kind}"
        )


@dataclass(frozen=True)
class Subscription:
    """One entry of a client's `postgres_changes`."""

    id: int
    event: str
    schema: str
    table: str
    filter: Filter | None

    def wants(self, table: Table, kind: str) -> bool:
        """Return whether it matches a change of this kind in this table."""
        return (
            self.event in ("*", kind)
            and self.schema in ("*", table.schema)
            and self.table in ("*", table.name)
        )


def quoted(name: str) -> str:
    """Quote an identifier for a statement."""
    return '"' + name.replace('"', '""') + '"'


def subscription(number: int, asked: Any) -> Subscription:
    """Read an entry of `postgres_changes`.

    Raises:
        UnknownSubscriptionError: it is none.

    """
    if not isinstance(asked, dict):
        raise UnknownSubscriptionError("An entry of postgres_changes is an object")
    event, schema = asked.get("event", "*"), asked.get("schema", "public")
    table, condition = asked.get("table", "*"), asked.get("filter")
    if not all(isinstance(text, str) and "\0" not in text for text in (event, schema, table)):
        raise UnknownSubscriptionError("event, schema and table are texts")
    if event not in ("*", "INSERT", "UPDATE", "DELETE"):
        raise UnknownSubscriptionError("event is INSERT, UPDATE, DELETE or *")
    found = None if condition in (None, "") else _filter(condition)
    if found is not None and table == "*":
        raise UnknownSubscriptionError("A filter needs a table")
    return Subscription(number, event, schema, table, found)


def _filter(condition: Any) -> Filter:
    read = _FILTER.fullmatch(condition) if isinstance(condition, str) else None
    if read is None or read[2] not in _COMPARISONS or "\0" in read[3]:
        raise UnknownSubscriptionError(
            f"A filter is written column=operator.value; operators: {', '.join(_COMPARISONS)}"
        )
    column, operator, value = read.groups()
    if operator != "in":
        return Filter(column, operator, [value])
    return Filter(column, operator, value.removeprefix("(").removesuffix(")").split(","))


async def find(db: asyncpg.Connection, relation: int) -> Table | None:
    """Return the table with this oid; `None` if it has been dropped."""
    row = await db.fetchrow(_TABLE + "where c.oid = $1", relation)
    return None if row is None else _table(row)


async def check(db: Database, wanted: Subscription) -> None:
    """Check that a subscription can receive changes.

    Raises:
        UnknownSubscriptionError: its table is not published, or its filter does not fit.

    """
    rows = await db.fetch(
        _TABLE
        + """
        join pg_publication_tables p on p.schemaname = n.nspname and p.tablename = c.relname
        where p.pubname = 'supabase_realtime'
        and ($1 = '*' or n.nspname = $1) and ($2 = '*' or c.relname = $2)""",
        *(wanted.schema, wanted.table),
    )
    if not rows:
        raise UnknownSubscriptionError(
            f"[schema: {wanted.schema}, table: {wanted.table}] is not in the publication "
            "supabase_realtime"
        )
    if wanted.filter is None:
        return
    table = _table(rows[0])
    if wanted.filter.column not in table.types:
        raise UnknownSubscriptionError(f"There is no column {wanted.filter.column}")
    kind = table.types[wanted.filter.column]
    try:
        await db.fetchval(f"select $1::text[]::{kind}[] is null", wanted.filter.values)
    except asyncpg.PostgresError:
        raise UnknownSubscriptionError(f"The filter's value is not a {kind}") from None


def _table(row: asyncpg.Record) -> Table:
    return Table(
        row["schema"],
        row["name"],
        row["key"],
        dict(zip(row["names"], row["types"], strict=True)),
        dict(zip(row["names"], row["short_types"], strict=True)),
    )
