"""Checks: which rows a policy lets through depends only on their owner.

The world has one row per case, with one status, one role and one age. A policy that also opened
rows with another value (`… or status = 'READY'`) would pass there. Here each table's row takes
every sort of value that its constraints allow, found in the catalogue, and for each of them a
stranger reads, changes, deletes and makes none, and its owner may what the table POLICIES says.
"""

import random
import re
from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg.types.json import Jsonb

from tests.installed import INSTALLED
from tests.policies.actors import API_STRANGER, Actor
from tests.policies.check import Check
from tests.policies.matrix import POLICIES
from tests.policies.policies import TABLES, alone
from tests.policies.rows import TARGETS
from tests.policies.step import DENIED, execute, savepoint
from tests.policies.table import lines
from tests.policies.world import IDS, named

Row = dict[str, Any]

_STRANGERS = [
    Actor(f"{who} as {role}", role, sub)
    for role in ("authenticated", "session_api")
    for who, sub in (("a user without rows", str(UUID(int=7))), ("a token without sub", None))
]
_OWNERS = [
    Actor(f"the owner as {role}", role, IDS["owner"]) for role in ("authenticated", "session_api")
]
_TRIES = 60
_EXISTENCE = {f"public.{kind}_session_exists" for kind in INSTALLED}
_EVERYWHERE = (
    "1970-01-01T00:00:00Z",
    "2026-01-01T00:00:00Z",
    "2999-01-01T00:00:00Z",
)
_BY_TYPE: dict[str, tuple[Any, ...]] = {
    "boolean": (True, False),
    "integer": (0, 1, 2, 1000, 2**31 - 1),
    "bigint": (0, 1, 2, 1000, 2**63 - 1),
    "timestamp with time zone": _EVERYWHERE,
    "jsonb": ({}, [], {"status": 201}),
}
TEXTS = ("a", "Ada", "x" * 60, "f" * 64, "x" * 200, "x" * 2000)
_COLUMNS = """
select attname, format_type(atttypid, null), not attnotnull,
       exists (
         select from pg_catalog.pg_constraint
         where conrelid = attrelid and contype in ('p', 'f') and attnum = any (conkey)
       )
from pg_catalog.pg_attribute
where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''
order by attnum
"""
_CONSTRAINTS = """
select pg_get_constraintdef(oid) from pg_catalog.pg_constraint
where conrelid = %s::regclass and contype = 'c'
"""


def sorts(db: Connection, table: str) -> dict[str, list[Any]]:
    """Return, by column, the sorts of value to try: its type's, null, and words of constraints."""
    columns = db.execute(_COLUMNS, [table]).fetchall()
    constraints = _constraints(db, table)
    found: dict[str, list[Any]] = {}
    for name, kind, is_nullable, is_key in columns:
        values: list[Any] = [None] if is_nullable else []
        if not is_key and kind in _TEXTUAL:
            limit = longest(name, constraints)
            texts = [text for text in TEXTS if len(text) < len(limit)]
            named_ones = words(name, constraints)
            values += [*named_ones, *texts, *([] if named_ones else [limit])]
        elif not is_key:
            values += _BY_TYPE.get(kind, ())
        if values:
            found[name] = values
    return found


def _constraints(db: Connection, table: str) -> list[str]:
    return [text for (text,) in db.execute(_CONSTRAINTS, [table]).fetchall()]


def words(column: str, constraints: list[str]) -> list[str]:
    """Return the words that the constraints on a column name: its statuses, its roles."""
    named = [text for text in constraints if re.search(rf"\b{column}\b", text)]
    return [word for text in named for word in re.findall(r"'(\w+)'::", text)]


def longest(column: str, constraints: list[str]) -> str:
    """Return the longest text that the constraints allow, or a very long one."""
    limit = re.compile(rf"char_length\(\(?{column}\)?(?:::text)?\) <= (\d+)")
    limits = [int(found[1]) for text in constraints if (found := limit.search(text))]
    return "x" * min(limits, default=100_000)


_TEXTUAL = ("text", "character varying")


_WITHOUT_TRIGGERS = "set local session_replication_role = replica"
_WITH_TRIGGERS = "set local session_replication_role = origin"


def write(db: Connection, table: str, row_id: str, row: Row) -> bool:
    """Give the row these values; tell whether the constraints allow it."""
    names = ", ".join(f'"{name}"' for name in row)
    try:
        with db.transaction():
            execute(db, _WITHOUT_TRIGGERS)
            db.execute(
                f"update {table} set ({names}) = (select {names}"
                f" from jsonb_populate_record(null::{table}, %s)) where id = %s".encode(),
                [Jsonb(row), row_id],
            )
            execute(db, _WITH_TRIGGERS)
    except (psycopg.errors.IntegrityError, psycopg.errors.DataError):
        return False
    return True


def _variants(db: Connection, table: str, row_id: str) -> Iterator[Row]:
    """Give the row each sort of value in turn; where constraints tie columns, others with it."""
    given = sorts(db, table)
    chance = random.Random(table)  # noqa: S311 - the same tries each time
    for column, values in given.items():
        for value in values:
            row: Row = {column: value}
            for _ in range(_TRIES):
                with savepoint(db):
                    if write(db, table, row_id, row):
                        yield row
                        break
                row = {name: chance.choice(some) for name, some in given.items()} | {column: value}
    # each status and role also where nothing else is said
    constraints = _constraints(db, table)
    nulls = dict.fromkeys(name for name, values in given.items() if None in values)
    for column in given:
        for word in words(column, constraints):
            row = {**nulls, column: word}
            with savepoint(db):
                if write(db, table, row_id, row):
                    yield row


def _touched(db: Connection, actor: Actor, statement: str) -> int:
    with savepoint(db):
        execute(db, actor.become)
        return db.execute(statement.encode()).rowcount


def _can_insert(db: Connection, actor: Actor, table: str, row_id: str) -> bool:
    """Try to make the same row again: the policy is asked before the key."""
    ((row,),) = execute(db, f"select to_jsonb(it) from {table} as it where id = '{row_id}'")
    again = f"insert into {table} select * from jsonb_populate_record(null::{table}, %s)"
    with savepoint(db):
        execute(db, _WITHOUT_TRIGGERS)
        execute(db, actor.become)
        try:
            db.execute(again.encode(), [Jsonb(row)])
        except psycopg.Error as error:
            return error.sqlstate != DENIED
    return True


def _allowed(table: str, verb: str) -> list[Actor]:
    """Return those of the owner's roles that may do this to the owner's row, by POLICIES."""
    return [
        owner
        for line in lines(POLICIES)
        if (line.subject, line.verb) == (table, verb)
        for owner, index in zip(_OWNERS, (1, 5), strict=True)
        if line.outcomes[index] == "ALLOW"
    ]


def _is_for_everybody(table: str) -> bool:
    return any(
        (line.subject, line.verb) == (table, "select") and set(line.outcomes[1:]) == {"ALLOW"}
        for line in lines(POLICIES)
    )


_found: dict[str, list[Row]] = {}


def rows(db: Connection, name: str) -> list[Row]:
    """Return what makes the table's row one of every sort."""
    if name not in _found:  # once, and not for each mutant
        _found[name] = list(_variants(db, f"public.{name}", named(TARGETS[name])))
    return _found[name]


def _every_sort(name: str, db: Connection) -> None:
    table, row_id = f"public.{name}", named(TARGETS[name])
    given = sorts(db, table)
    column = next(iter(given))
    statements = {
        "select": f"select from {table}",
        "update": f'update {table} set "{column}" = default',
        "delete": f"delete from {table}",
    }
    execute(db, alone(name))
    tried = {
        verb: text
        for verb, text in statements.items()
        if verb != "select" or not _is_for_everybody(name)
    }
    for row in rows(db, name):
        with savepoint(db):
            if not write(db, table, row_id, row):
                continue
            for stranger in _STRANGERS:
                for statement in tried.values():
                    assert _touched(db, stranger, statement) == 0, (stranger.name, statement, row)
                assert not _can_insert(db, stranger, table, row_id), (stranger.name, row)
            execute(db, _WITHOUT_TRIGGERS)
            for verb, statement in statements.items():
                for owner in _allowed(name, verb):
                    unchanged = statement.replace("= default", f'= "{column}"')
                    own = f"{unchanged} where id = '{row_id}'"
                    assert _touched(db, owner, own) == 1, (owner.name, own, row)
            for owner in _allowed(name, "insert"):
                assert _can_insert(db, owner, table, row_id), (owner.name, "insert", row)
            if (exists := f"public.{name.removesuffix('s')}_exists") in _EXISTENCE:
                execute(db, API_STRANGER.become)
                assert execute(db, f"select {exists}('{row_id}')") == [(True,)], row
    assert {name for row in rows(db, name) for name in row} == given.keys()


CHECKS = [
    Check(f"{table} of every sort", frozenset({table}), partial(_every_sort, table))
    for table in TABLES
]
