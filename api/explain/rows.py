"""The row before and after the statement, in Postgres's text format."""

import json
from typing import Any

from psycopg import sql

from api.explain.catalogue import Column, Relation
from api.explain.trial import Outcome, Trial, bound, named, statement, where
from api.explain.verdicts import ExplainError, Operation


def existing(trial: Trial, table: Relation, key: dict[str, str | None]) -> str | None:
    """Read a row without row-level security; `None` if it does not exist.

    Raises:
        ExplainError: the key has the wrong type, or the policies apply to the connection's role.

    """
    found = trial.run(
        sql.SQL("select {}.*::text from {} where ").format(sql.Identifier(table.name), named(table))
        + where(table, key),
        bound(key),
        as_owner=True,
    )
    if found.error is not None:
        raise ExplainError(f"the row cannot be read as the role of DATABASE_URL: {found.says}")
    return found.row


def attempt(
    trial: Trial,
    operation: Operation,
    table: Relation,
    values: dict[str, Any],
    key: dict[str, str | None],
    *,
    columns: list[str] | None = None,
    as_owner: bool = False,
) -> Outcome:
    """Run the statement and roll it back; as the owner it returns the new row."""
    names = list(values) if columns is None else columns
    written = statement(operation, table, names, key)
    if as_owner and operation in ("insert", "update"):
        returned = sql.SQL(" returning {}.*::text").format(sql.Identifier(table.name))
        written = sql.SQL("{}{}").format(written, returned)
    is_json = operation in ("insert", "update") and bool(names)
    arguments = [*([json.dumps(values)] if is_json else []), *bound(key)]
    return trial.run(written, arguments, as_owner=as_owner)


def foreseen(
    trial: Trial,
    table: Relation,
    columns: list[Column],
    old: str | None,
    values: dict[str, Any],
) -> str | None:
    """Make the new row without writing it, as it would be before any trigger.

    A default from a sequence stays null. `None` if a value does not fit its column; running the
    statement tells which.
    """
    new: dict[str, Any] = dict(values)
    if old is None:
        for column in columns:
            expression = column.default
            if column.name in values or not expression or _is_made_by_writing(expression):
                continue
            default = sql.SQL("select to_jsonb({})::text").format(
                sql.SQL(expression.replace("%", "%%"))
            )
            found = trial.run(default)
            if found.row is not None:
                new[column.name] = json.loads(found.row)
    base = sql.SQL("null::{0}" if old is None else "%s::{0}").format(named(table))
    made = sql.SQL("select jsonb_populate_record({}, %s::jsonb)::text").format(base)
    return trial.run(made, [*([] if old is None else [old]), json.dumps(new)], as_owner=True).row


def _is_made_by_writing(expression: str) -> bool:
    return expression in ("identity", "generated") or "nextval(" in expression
