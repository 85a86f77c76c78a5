"""Mutants of constraints, indexes, defaults and triggers."""

import re
from collections.abc import Iterator

from psycopg import Connection

from tests.policies.mutants.mutant import Mutant
from tests.policies.step import execute

_CONSTRAINTS = """
select conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid)
from pg_catalog.pg_constraint
where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'p', 'u') order by 1, 2
"""
_INDEXES = """
select tablename, indexname, indexdef like 'CREATE UNIQUE%' from pg_catalog.pg_indexes
where schemaname = 'public'
  and indexname not in (select conname from pg_catalog.pg_constraint) order by 1, 2
"""
_COLUMNS = """
select attrelid::regclass::text, attname, attnotnull, atthasdef
from pg_catalog.pg_attribute join pg_catalog.pg_class on pg_class.oid = attrelid
where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
  and (attrelid, attnum) not in (
    select conrelid, unnest(conkey) from pg_catalog.pg_constraint where contype = 'p'
  )
order by 1, 2
"""
_IDS = """
select table_name from information_schema.columns
where table_schema = 'public' and column_name = 'id' and column_default is not null order by 1
"""
_TRIGGERS = """
select tgrelid::regclass::text, tgname from pg_catalog.pg_trigger
join pg_catalog.pg_class on pg_class.oid = tgrelid
where relnamespace = 'public'::regnamespace and not tgisinternal order by 1, 2
"""
_ACTIONS = ("no action", "restrict", "cascade", "set null")
_KINDS = {"c": "check", "f": "foreign key", "p": "primary key", "u": "unique constraint"}


def _on_delete(definition: str) -> Iterator[tuple[str, str]]:
    """Give the foreign key with every other action."""
    rest, _, action = definition.partition(" ON DELETE ")
    for other in _ACTIONS:
        if other != action.lower():
            yield other, f"{rest} on delete {other}"


def _simple(definition: str) -> str:
    """Untie a composite foreign key from the owner, its first column."""
    return re.sub(r"\(\w+, (\w+)\)", r"(\1)", definition)


def mutants(db: Connection) -> Iterator[Mutant]:
    for table, name, kind, definition in execute(db, _CONSTRAINTS):
        alter = f"alter table public.{table}"
        about = frozenset({table, name})
        drop = f"{alter} drop constraint {name}"
        yield Mutant(f"{_KINDS[kind]} dropped", name, f"{drop} cascade", table, about)
        if kind != "f":
            continue
        for action, changed in _on_delete(definition):
            statement = f"{drop}; {alter} add constraint {name} {changed}"
            yield Mutant("on delete changed", f"{name} {action}", statement, table, about)
        if _simple(definition) != definition:
            statement = f"{drop}; {alter} add constraint {name} {_simple(definition)}"
            yield Mutant("composite key untied", name, statement, table, about)
    for table, name, is_unique in execute(db, _INDEXES):
        kind = "unique index dropped" if is_unique else "index dropped"
        about = frozenset({table, name})
        yield Mutant(kind, name, f"drop index public.{name}", table, about)
    for table, column, is_required, has_default in execute(db, _COLUMNS):
        alter = f'alter table public.{table} alter "{column}"'
        name = f"{table}.{column}"
        about = frozenset({table, name})
        if is_required:
            yield Mutant("not null dropped", name, f"{alter} drop not null", table, about)
        if has_default:
            yield Mutant("default dropped", name, f"{alter} drop default", table, about)
    for (table,) in execute(db, _IDS):
        statement = f"alter table public.{table} alter id drop default"
        yield Mutant("default dropped", f"{table}.id", statement, table)
    for table, name in execute(db, _TRIGGERS):
        statement = f"drop trigger {name} on public.{table}"
        yield Mutant("trigger dropped", f"{name} on {table}", statement, table)
