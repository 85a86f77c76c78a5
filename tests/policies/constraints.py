"""Checks: what the tables refuse and keep, whoever writes."""

from functools import partial
from itertools import product

from psycopg import Connection

from tests.policies.cells import COLUMNS
from tests.policies.check import Check
from tests.policies.integrity import (
    COMPLETION,
    DEFAULTS,
    FOREIGN_KEYS,
    NULLABLE,
    TRIGGERS,
    UNIQUE,
    VALUES,
)
from tests.policies.policies import TABLES
from tests.policies.rows import INSERTS, TARGETS, UPDATES, assignments, matches
from tests.policies.step import execute, found, refusal, savepoint
from tests.policies.world import named

_CHECK, _FOREIGN, _UNIQUE, _NULL = "23514", "23503", "23505", "23502"
_RESTRICT = "23001"  # since PostgreSQL 18; before, a foreign key's 23503


def split(text: str) -> list[list[str]]:
    """Read a table of integrity.py."""
    rows = (row for row in text.splitlines() if row and not row.startswith("#"))
    return [[cell.strip() for cell in row.split(" | ")] for row in rows]


def table_of(constraint: str) -> str:
    return max((t for t in TABLES if constraint.startswith(t + "_")), key=len)


def _here(table: str) -> str:
    return f"id = '{named(TARGETS[table])}'"


def _values(row: list[str], db: Connection) -> None:
    constraint, column, takes, refuses = row
    table = table_of(constraint)
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


def _insert(table: str, values: dict[str, str]) -> str:
    return f"insert into public.{table} ({', '.join(values)}) values ({', '.join(values.values())})"


def _foreign_key(row: list[str], db: Connection) -> None:
    constraint, breaks, parent, deletion = row
    table = table_of(constraint)
    parent_table, parent_id = parent.split()
    if parent_table == "auth.users":
        # an update would break the keys of the row's own children first
        column, _, value = breaks.partition(" = ")
        change = _insert(table, INSERTS[table] | {column: value})
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


def nullable(table: str) -> set[str]:
    return {
        word
        for name, *words in map(str.split, NULLABLE.split("\n")[1:-1])
        if name == table
        for word in words
    }


def _null(table: str, column: str, db: Connection) -> None:
    # a trigger mends an update of updated_at; another one an insert into chat_messages
    if column == "updated_at":
        statement = _insert(table, INSERTS[table] | {"id": "'{absent}'", column: "null"})
    else:
        statement = f'update public.{table} set "{column}" = null where {_here(table)}'
    assert refusal(db, statement) == (None if column in nullable(table) else (_NULL, column))


def defaults(table: str) -> dict[str, str]:
    return {
        column: value
        for name, *words in map(str.split, DEFAULTS.split("\n")[1:-1])
        if name == table
        for column, _, value in (word.partition("=") for word in words)
    }


def _defaults(table: str, db: Connection) -> None:
    """Insert twice with nothing but what must be given."""
    stated = defaults(table)
    given = {
        column: value
        for column, value in INSERTS[table].items()
        if column not in stated and column not in nullable(table)
    }
    if table == "user_profiles":
        execute(db, named("delete from public.user_profiles where id = '{owner}'"))
    [(row_id,)] = execute(db, named(f"{_insert(table, given)} returning id"))
    unstated = dict.fromkeys(nullable(table), "null")
    assert found(
        db, f"select from public.{table} where id = '{row_id}' and {matches(stated | unstated)}"
    ), f"{table}: not {stated}"


def _updated_at(table: str, db: Connection) -> None:
    """An update sets it, whatever is said about it."""
    for also in ("", ", updated_at = '2000-01-01'"):
        with savepoint(db):
            change = f"update public.{table} set {assignments(UPDATES[table])}{also}"
            execute(db, f"{change} where {_here(table)}")
            assert found(
                db, f"select from public.{table} where {_here(table)} and updated_at = now()"
            )


def _completion(db: Connection) -> None:
    """A half-completed session cannot be stored."""
    statuses = ("scheduled", "in_progress", "completed", "cancelled", "no_show")
    for status, at, one, two in product(statuses, (False, True), (False, True), (False, True)):
        change = (
            f"update public.wingman_sessions set status = '{status}',"
            f" completed_at = {'now()' if at else 'null'},"
            f" user1_completed_confirmed_by_user2 = {one},"
            f" user2_completed_confirmed_by_user1 = {two}"
            f" where {_here('wingman_sessions')}"
        )
        completed = status == "completed"
        broken = {
            name
            for name, is_broken in zip(
                COMPLETION, (completed != at, completed != (one and two)), strict=True
            )
            if is_broken
        }
        refused = refusal(db, change)
        if broken:
            assert refused is not None, change
            assert refused[0] == _CHECK, change
            assert refused[1] in broken, change
        else:
            assert refused is None, change


def _one_active(db: Connection) -> None:
    """Two sessions of a match may be there, but not two that are scheduled or in progress."""
    active = ("scheduled", "in_progress")
    again = named(UNIQUE[UNIQUE.index("insert into public.wingman_sessions") :].split("\n")[0])
    for first, second in product((*active, "cancelled", "no_show"), repeat=2):
        with savepoint(db):
            execute(
                db,
                f"update public.wingman_sessions set status = '{first}' "
                f"where {_here('wingman_sessions')}",
            )
            statement = again.replace("scheduled_time)", "scheduled_time, status)").replace(
                "interval '1 hour')", f"interval '1 hour', '{second}')"
            )
            assert refusal(db, statement) == (
                (_UNIQUE, "wingman_sessions_one_active_per_match")
                if first in active and second in active
                else None
            ), (first, second)


def _venue_length(db: Connection) -> None:
    change = "update public.wingman_sessions set venue_name = repeat('a', 201)"
    assert refusal(db, change) == ("22001", None)


def _checks() -> list[Check]:
    def check(name: str, table: str, run: partial[None]) -> Check:
        return Check(name, frozenset({table, *name.split()}), run)

    return [
        *(check(row[0], table_of(row[0]), partial(_values, row)) for row in split(VALUES)),
        *(check(row[0], table_of(row[0]), partial(_unique, row)) for row in split(UNIQUE)),
        *(
            check(f"{row[0]} to {row[2].split()[0]}", table_of(row[0]), partial(_foreign_key, row))
            for row in split(FOREIGN_KEYS)
        ),
        *(check(f"{table}_pkey", table, partial(_primary_key, table)) for table in TABLES),
        *(
            check(f"{table}.{column} null", table, partial(_null, table, column))
            for table in TABLES
            for column in COLUMNS[table]
        ),
        *(check(f"{table} defaults", table, partial(_defaults, table)) for table in TABLES),
        *(
            check(f"{table} updated_at", table, partial(_updated_at, table))
            for table, trigger in map(str.split, TRIGGERS.split("\n")[1:-1])
            if trigger == "set_updated_at"
        ),
        check("wingman_sessions completion", "wingman_sessions", partial(_completion)),
        check("wingman_sessions one active", "wingman_sessions", partial(_one_active)),
        check("wingman_sessions venue length", "wingman_sessions", partial(_venue_length)),
    ]


CHECKS = _checks()
