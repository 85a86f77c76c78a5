"""Runs statements as a role, in savepoints of a transaction that is rolled back."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection, sql

from api.explain.catalogue import Relation
from api.explain.expressions import is_constant, operands, sub_select_columns, unwrapped
from api.explain.verdicts import ExplainError, Operation, Part

Statement = sql.SQL | sql.Composed
_DEEPEST = 6
_LONGEST_VALUE = 200
_TIMEOUTS = "set local statement_timeout = '5s'; set local lock_timeout = '2s'"


@dataclass(frozen=True)
class Outcome:
    """A statement's outcome: the number of `rows`, the last row's text, or the error."""

    rows: int = 0
    row: str | None = None
    error: psycopg.Error | None = None

    @property
    def constraint(self) -> str | None:
        """The constraint that refused, if one did."""
        return None if self.error is None else self.error.diag.constraint_name

    @property
    def says(self) -> str:
        """The error in one line."""
        return "" if self.error is None else first_line(self.error)


class Trial:
    """A transaction like PostgREST's for a user, whose savepoints are all rolled back.

    Args:
        connection: of a role that may become `role`; nothing is committed.
        role: the role that runs the statement.
        claims: the claims of the user's token.

    """

    def __init__(self, connection: Connection, role: str, claims: dict[str, Any]) -> None:
        self.connection = connection
        self.role = role
        connection.execute(_TIMEOUTS)
        for name, value in {
            "request.jwt.claims": json.dumps(claims),
            "request.jwt.claim.sub": str(claims.get("sub", "")),
            "request.jwt.claim.role": role,
        }.items():
            connection.execute("select set_config(%s, %s, true)", [name, value])
        self._enable_role()

    def _enable_role(self) -> None:
        try:
            with self.as_role():
                pass
        except psycopg.errors.InsufficientPrivilege:
            try:
                # until the transaction is rolled back
                with self.connection.transaction():
                    statement = sql.SQL("grant {} to current_user")
                    self.connection.execute(statement.format(sql.Identifier(self.role)))
                with self.as_role():
                    pass
            except psycopg.Error:
                raise ExplainError(
                    f"the role of DATABASE_URL may not become {self.role}: "
                    f"grant {self.role} to it, or use the project's postgres role"
                ) from None
        except psycopg.Error:
            raise ExplainError(f"role {self.role} does not exist in this database") from None

    @contextmanager
    def as_role(self) -> Iterator[None]:
        """Become the role, until a savepoint is rolled back."""
        with self.connection.transaction(force_rollback=True):
            self.connection.execute("select set_config('role', %s, true)", [self.role])
            yield

    def run(
        self, statement: Statement, values: Sequence[object] = (), *, as_owner: bool = False
    ) -> Outcome:
        """Run a statement that may return a row's text, and roll it back.

        Args:
            statement: the statement, with placeholders.
            values: the values of the placeholders.
            as_owner: run as the connection's own role, without row-level security, not as `role`.

        """
        try:
            with self.connection.transaction(force_rollback=True):
                if as_owner:
                    self.connection.execute("set local row_security = off")
                else:
                    self.connection.execute("select set_config('role', %s, true)", [self.role])
                cursor = self.connection.execute(statement, values)
                row = cursor.fetchone() if cursor.description else None
                rows = cursor.rowcount
                self.connection.execute("set constraints all immediate")
                return Outcome(rows, None if row is None else row[0])
        except psycopg.Error as error:
            return Outcome(error=error)

    def evaluate(self, expression: str, table: Relation, row: str | None, depth: int = 0) -> Part:
        """Evaluate an expression of the catalogue for `role` and this row, part by part.

        Args:
            expression: as `pg_get_expr` writes it.
            table: the table whose columns it may name.
            row: the row in Postgres's text format; without one, only expressions that need none
                have a value.
            depth: how many expressions enclose this one.

        """
        text = unwrapped(expression)
        source: Statement = sql.SQL("")
        values: list[str] = []
        if row is not None:
            source = sql.SQL(" from unnest(array[%s::{}]) as {}").format(
                sql.Identifier(table.schema, table.name), sql.Identifier(table.name)
            )
            values = [row]
        # the catalogue's own text, run as in the policy itself; % is not a placeholder in it
        bare = sql.SQL(text.replace("%", "%%"))
        found = self.run(sql.SQL("select ({})::text{}").format(bare, source), values)
        inner = operands(text)
        parts = [
            self.evaluate(name, table, row, _DEEPEST)
            for name in sub_select_columns(text, table.name)
            if row is not None
        ]
        if depth < _DEEPEST:
            parts += [
                self.evaluate(piece, table, row, depth + 1)
                for piece in inner.texts
                if inner.is_boolean or not is_constant(piece)
            ]
        if found.error is not None:
            return Part(text, None, self._unvalued(found.says), parts)
        return Part(text, _short(found.row), "", parts)

    def _unvalued(self, says: str) -> str:
        # Postgres found the policy's functions when the policy was created; it does not ask again
        if says.startswith("permission denied for schema "):
            schema = says.removeprefix("permission denied for schema ").partition(" ")[0]
            return f"not shown: {self.role} has no usage on {schema}, which a policy does not need"
        return says


def named(table: Relation) -> sql.Identifier:
    """Return the table's name, quoted."""
    return sql.Identifier(table.schema, table.name)


def where(table: Relation, key: dict[str, str | None]) -> Statement:
    """Return the condition on a key; its placeholders take `bound(key)`."""
    return sql.SQL(" and ").join(
        sql.SQL("{} = %s" if value is not None else "{} is null").format(
            sql.Identifier(table.name, column)
        )
        for column, value in key.items()
    )


def bound(key: dict[str, str | None]) -> list[object]:
    """Return the values of the placeholders in `where`."""
    return [value for value in key.values() if value is not None]


def statement(
    operation: Operation, table: Relation, columns: Sequence[str], key: dict[str, str | None]
) -> Statement:
    """Write the statement that PostgREST would; the values, as JSON, come before the key's.

    Args:
        operation: the statement's verb.
        table: its table.
        columns: the columns that it reads or writes.
        key: identifies the row; none for an insert.

    """
    names = [sql.Identifier(column) for column in columns]
    match operation:
        case "insert" if not names:
            return sql.SQL("insert into {} default values").format(named(table))
        case "insert":
            new = sql.SQL("select {0} from jsonb_populate_record(null::{1}, %s::jsonb) as _")
            listed = sql.SQL(", ").join(names)
            return sql.SQL("insert into {} ({}) ").format(named(table), listed) + new.format(
                listed, named(table)
            )
        case "update":
            sets = sql.SQL(", ").join(sql.SQL("{} = _new.{}").format(name, name) for name in names)
            return sql.SQL(
                "update {0} set {1} from jsonb_populate_record(null::{0}, %s::jsonb) as _new"
            ).format(named(table), sets) + _condition(table, key)
        case "delete":
            return sql.SQL("delete from {}").format(named(table)) + _condition(table, key)
        case _:
            read = sql.SQL("select {} from {}").format(
                sql.SQL(", ").join(names) if names else sql.SQL("1"), named(table)
            )
            return sql.SQL("select 'row' from ({}{}) as _ limit 1").format(
                read, _condition(table, key)
            )


def _condition(table: Relation, key: dict[str, str | None]) -> Statement:
    return sql.SQL(" where ") + where(table, key) if key else sql.SQL("")


def first_line(error: psycopg.Error) -> str:
    """Return Postgres's message in one line."""
    message = error.diag.message_primary or (str(error).strip().splitlines() or ["an error"])[0]
    return f"{' '.join(message.split())} ({error.sqlstate})" if error.sqlstate else message


def _short(value: str | None) -> str | None:
    if value is None or len(value) <= _LONGEST_VALUE:
        return value
    return f"{value[:_LONGEST_VALUE]}… ({len(value)} characters)"
