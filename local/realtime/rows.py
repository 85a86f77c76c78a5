"""A changed row, read again as its subscriber."""

import json
import logging
from typing import Any

import asyncpg

from local.auth.database import Pool
from local.realtime.pgoutput import Change
from local.realtime.tables import Subscription, Table, quoted

ROLES = frozenset({"anon", "authenticated", "service_role"})
"""The roles that a token may name: never one of this project's own."""
_MILLISECONDS = "2000"
_MOST_CONNECTIONS = 3
_READABLE = """
select array(
  select attname from pg_attribute
  where attrelid = $1::text::regclass and attnum > 0 and not attisdropped
  and has_column_privilege(attrelid, attnum, 'select') order by attnum
)::text[]
"""
logger = logging.getLogger(__name__)


def reader(database_url: str) -> Pool:
    """Return connections as `authenticator`, which has no rights but can switch roles."""
    return asyncpg.create_pool(
        database_url, min_size=0, max_size=_MOST_CONNECTIONS, command_timeout=5
    )


async def read(
    pool: Pool,
    claims: dict[str, Any],
    table: Table,
    change: Change,
    wanted: list[Subscription],
) -> tuple[dict[str, Any], list[int]]:
    """Read a row as its subscriber, under row-level security.

    Nobody can tell whose a deleted row was: whoever may read the table at all learns its key,
    as on Supabase.

    Args:
        pool: see `reader`.
        claims: of the subscriber's token, which is verified.
        table: the row's.
        change: what happened to it.
        wanted: the subscriptions of one channel that ask for it.

    Returns:
        The row's columns that the subscriber may see, and the numbers of the subscriptions whose
        filters it passes. None when it may not be seen, is gone, or a policy fails.

    """
    key = {name: change.values[name] for name in table.key}
    try:
        async with pool.acquire() as db, db.transaction(readonly=True):
            await db.execute(
                "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true), "
                "set_config('statement_timeout', $3, true)",
                *(claims["role"], json.dumps(claims), _MILLISECONDS),
            )
            columns = await db.fetchval(_READABLE, table.sql)
            if not key or not set(key) <= set(columns):
                return {}, []
            is_gone = change.kind == "DELETE"
            source, known = (_as_row(table, key), list(key)) if is_gone else (table.sql, columns)
            row = await db.fetchrow(*_statement(table, source, known, key, wanted))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        logger.warning("no change of %s for a subscriber: %s", table.sql, error)
        return {}, []
    if row is None:
        return {}, []
    passed = [each.id for each in wanted if row[f"passes_{each.id}"]]
    return json.loads(row["record"]), passed


def _as_row(table: Table, key: dict[str, str | None]) -> str:
    values = (f"${n}::text::{table.types[name]} as {quoted(name)}" for n, name in enumerate(key, 1))
    return f"(select {', '.join(values)})"


def _statement(
    table: Table,
    source: str,
    columns: list[str],
    key: dict[str, str | None],
    wanted: list[Subscription],
) -> tuple[Any, ...]:
    parameters: list[Any] = list(key.values())
    conditions = [
        f"t.{quoted(name)} = ${number}::text::{table.types[name]}"
        for number, name in enumerate(key, 1)
    ]
    passes = []
    for each in wanted:
        condition = "true"
        if each.filter is not None:
            condition = "false"  # no comparison with a column that the subscriber may not read
            if each.filter.column in columns:
                parameters.append(each.filter.values)
                condition = f"coalesce(t.{each.filter.sql(table, len(parameters))}, false)"
        passes.append(f"{condition} as passes_{each.id}")
    shown = ", ".join(f"t.{quoted(name)}" for name in columns)
    return (
        f"select (select to_json(r) from (select {shown}) r)::text as record, "  # noqa: S608 - names
        f"{', '.join(passes)} from {source} t where {' and '.join(conditions)}",
        *parameters,
    )
