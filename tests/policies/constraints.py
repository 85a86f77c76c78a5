"""Checks: what the tables refuse and keep, for any writer."""

from collections.abc import Iterator, Mapping
from functools import partial

from psycopg import Connection

from tests.policies.cells import COLUMNS, TRIGGERS
from tests.policies.check import Check
from tests.policies.declared import defaults, nullable
from tests.policies.facts import split
from tests.policies.policies import TABLES
from tests.policies.rows import INSERTS, TARGETS, UPDATES, assignments, matches
from tests.policies.step import execute, found, refusal, savepoint
from tests.policies.tables import FACTS
from tests.policies.world import named

_CHECK, _FOREIGN, _UNIQUE, _NULL = "23514", "23503", "23505", "23502"
_RESTRICT = "23001"  # since PostgreSQL 18; before, a foreign key's 23503


def _here(table: str) -> str:
    return f"id = '{named(TARGETS[table])}'"


def _values(table: str, row: list[str], db: Connection) -> None:
    constraint, column, takes, refuses = row
    change = f"update public.{table} set {column} = %s where {_here(table)}"
    for value in takes.split(" ; "):
        assert refusal(db, change % value) is None, value
    for value in refuses.split(" ; "):
        assert refusal(db, change % value) == (_CHECK, constraint), value


def _unique(row: list[str], db: Connection) -> None:
    constraint, breaks = row
    assert refusal(db, breaks) == (_UNIQUE, constraint)


def _primary_key(table: str, db: Connection) -> None:
    copy = f"insert into public.{table} select * from public.{table} where {_here(table)}"
    assert refusal(db, copy) == (_UNIQUE, f"{table}_pkey")


def _insert(table: str, values: Mapping[str, str]) -> str:
    return f"insert into public.{table} ({', '.join(values)}) values ({', '.join(values.values())})"


def _foreign_key(table: str, row: list[str], db: Connection) -> None:
    constraint, breaks, parent, deletion = row
    parent_table, parent_id = parent.split()
    if parent_table == "auth.users":
        # an update would break the keys of the row's own children first
        column, _, value = breaks.partition(" = ")
        change = _insert(table, {**INSERTS[table], column: value})
    else:
        change = f"update public.{table} set {breaks} where {_here(table)}"
    assert refusal(db, change) == (_FOREIGN, constraint)
    schema = "" if "." in parent_table else "public."
    delete = named(f"delete from {schema}{parent_table} where id = '{parent_id}'")
    if deletion == "restrict":
        code = _RESTRICT if db.info.server_version >= 180000 else _FOREIGN
        assert refusal(db, delete) == (code, constraint)
        return
    look = f"select to_jsonb(child) - 'updated_at' from public.{table} as child"
    look = f"{look} where {_here(table)}"
    [(before,)] = execute(db, look)
    with savepoint(db):
        execute(db, delete)
        after = execute(db, look)
    if deletion == "cascade":
        assert after == []
    else:
        # only the column in brackets is lost
        assert after == [(before | {deletion.partition("(")[2].rstrip(")"): None},)]


def _null(table: str, column: str, db: Connection) -> None:
    # a trigger mends an update of updated_at; another one an insert into chat_messages
    if column == "updated_at":
        statement = _insert(table, {**INSERTS[table], "id": "'{absent}'", column: "null"})
    else:
        statement = f'update public.{table} set "{column}" = null where {_here(table)}'
    assert refusal(db, statement) == (None if column in nullable(table) else (_NULL, column))


def _defaults(table: str, db: Connection) -> None:
    """Insert twice with only the required columns."""
    stated, empty = defaults(table), nullable(table)
    given = {
        column: value
        for column, value in INSERTS[table].items()
        if column not in stated and column not in empty
    }
    if arrangement := FACTS[table].arrangement:
        execute(db, named(arrangement))
    [(row_id,)] = execute(db, named(f"{_insert(table, given)} returning id"))
    unstated = dict.fromkeys(empty, "null")
    assert found(
        db,
        f"select from public.{table} where id = '{row_id}' and {matches({**stated, **unstated})}",
    ), f"{table}: not {stated}"


def _updated_at(table: str, db: Connection) -> None:
    """An update sets it, whatever value the statement gives."""
    old = f"select from public.{table} where {_here(table)} and updated_at < now()"
    assert found(db, old), f"{table}: insert its `rows` with an old updated_at"
    for also in ("", ", updated_at = '2000-01-01'"):
        with savepoint(db):
            change = f"update public.{table} set {assignments(UPDATES[table])}{also}"
            execute(db, f"{change} where {_here(table)}")
            assert found(
                db, f"select from public.{table} where {_here(table)} and updated_at = now()"
            )


def _checks(table: str) -> Iterator[Check]:
    facts = FACTS[table]

    def check(name: str, run: partial[None]) -> Check:
        return Check(name, frozenset({table, *name.split()}), run)

    for row in split(facts.values):
        yield check(row[0], partial(_values, table, row))
    for row in split(facts.unique):
        yield check(row[0], partial(_unique, row))
    for row in split(facts.foreign_keys or ""):
        yield check(f"{row[0]} to {row[2].split()[0]}", partial(_foreign_key, table, row))
    yield check(f"{table}_pkey", partial(_primary_key, table))
    for column in COLUMNS[table]:
        yield check(f"{table}.{column} null", partial(_null, table, column))
    yield check(f"{table} defaults", partial(_defaults, table))
    if "set_updated_at" in TRIGGERS[table]:
        yield check(f"{table} updated_at", partial(_updated_at, table))


CHECKS = [check for table in TABLES for check in _checks(table)]
