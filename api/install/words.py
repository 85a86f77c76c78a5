"""A status or role of the project's tables: whether the API's words can be written there."""

import re
from collections.abc import Iterator

import psycopg
from psycopg import Connection, sql

from api.install.live import LiveColumn, LiveTable
from api.install.quoting import quoted
from api.install.rows import READ_ONLY
from api.install.shipped import Table


def misfits(connection: Connection, declared: Table, live: LiveTable) -> Iterator[str]:
    """Say which of the project's constraints, types and defaults refuse the API's words.

    Args:
        connection: evaluates constraints and defaults; a failure leaves it usable.
        declared: what the kind needs.
        live: what is there, which has the columns that the kind needs.

    """
    if declared.name in READ_ONLY:
        return
    for name in ("status", "role"):
        definition = declared.constraints.get(f"{declared.name}_{name}_known", "")
        column = live.columns.get(name)
        if not definition or column is None or column.is_enum:
            continue
        words = re.findall(r"'(\w+)'", definition)
        for constraint, check in live.constraints.items():
            refused = _refused(connection, column, words, check)
            if refused:
                listed = ", ".join(refused)
                yield (
                    f"public.{live.name}: the constraint {constraint} does not allow {listed}: "
                    f"alter table public.{live.name} drop constraint {quoted(constraint)};"
                )
        cut = [word for word in words if _is_cut(connection, column, word)]
        if cut:
            yield f"public.{live.name}.{name} is {column.type}, too short for {', '.join(cut)}"
        ours = declared.columns[name].default
        if ours is not None and column.default is not None:
            given = _value(connection, column.default)
            if given is not None and given not in words:
                yield (
                    f"public.{live.name}.{name} has the default {given}, which the API does not "
                    f"know: alter table public.{live.name} alter column {name} set default {ours};"
                )


def notes(connection: Connection, declared: Table, live: LiveTable) -> Iterator[str]:
    """Name the words of a table that the API only reads, where it acts on none of them."""
    known = declared.constraints.get(f"{declared.name}_status_known", "")
    if declared.name not in READ_ONLY or not known or "status" not in live.columns:
        return
    found = connection.execute(
        sql.SQL(
            "select distinct status::text from {} where status::text <> all (%s) order by 1 limit 9"
        ).format(sql.Identifier("public", live.name)),
        [re.findall(r"'(\w+)'", known)],
    ).fetchall()
    if found:
        listed = ", ".join(word for (word,) in found)
        yield (
            f"public.{live.name} has the status {listed}: the API takes only 'accepted' for an "
            "accepted match"
        )


def _refused(connection: Connection, column: LiveColumn, words: list[str], check: str) -> list[str]:
    """Return the words that a check refuses; none if it asks for other columns too."""
    if not check.startswith("CHECK "):
        return []
    expression = re.sub(r"( NO INHERIT)?( NOT VALID)?( NOT ENFORCED)?$", "", check[len("CHECK ") :])
    query = sql.SQL("select word from unnest({}::text[]) as word").format(sql.Literal(words))
    row = sql.SQL("cross join lateral (select word::{} as {}) as one").format(
        sql.SQL(column.type), sql.Identifier(column.name)
    )
    condition = sql.SQL("where not ({})").format(sql.SQL(expression))
    try:
        with connection.transaction(force_rollback=True):
            whole = sql.SQL(" ").join([query, row, condition])
            return [word for (word,) in connection.execute(whole).fetchall()]
    except psycopg.Error:
        return []


def _is_cut(connection: Connection, column: LiveColumn, word: str) -> bool:
    query = sql.SQL("select {}::{}::text <> {}").format(
        sql.Literal(word), sql.SQL(column.type), sql.Literal(word)
    )
    try:
        with connection.transaction(force_rollback=True):
            row = connection.execute(query).fetchone()
    except psycopg.Error:
        return False  # a domain's own rule, which the API's writes answer for
    return row is not None and bool(row[0])


def _value(connection: Connection, default: str) -> str | None:
    try:
        with connection.transaction(force_rollback=True):
            row = connection.execute(sql.SQL("select ({})::text").format(sql.SQL(default)))
            found = row.fetchone()
    except psycopg.Error:
        return None
    return None if found is None else found[0]
