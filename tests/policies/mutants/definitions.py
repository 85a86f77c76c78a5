"""Mutants of definitions: the name stays, the definition changes."""

import re
from collections.abc import Iterator

from psycopg import Connection

from tests.policies.mutants.mutant import Mutant
from tests.policies.step import execute

_OURS = "('public'::regnamespace, 'session_api'::regnamespace)"
_CONSTRAINTS = f"""
select conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid)
from pg_catalog.pg_constraint
where connamespace in {_OURS} and contype in ('c', 'f', 'u') and conrelid <> 0 order by 1, 2
"""
_INDEXES = f"""
select indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
from pg_catalog.pg_index join pg_catalog.pg_class on pg_class.oid = indexrelid
where relnamespace in {_OURS}
  and not exists (select from pg_catalog.pg_constraint where conindid = indexrelid) order by 1, 2
"""
_COLUMNS = f"""
select attrelid::regclass::text, attname, format_type(atttypid, atttypmod), atthasdef
from pg_catalog.pg_attribute join pg_catalog.pg_class on pg_class.oid = attrelid
where relnamespace in {_OURS} and relkind = 'r' and attnum > 0 and not attisdropped order by 1, 2
"""
_TRIGGERS = f"""
select tgrelid::regclass::text, tgname, pg_get_triggerdef(pg_trigger.oid)
from pg_catalog.pg_trigger join pg_catalog.pg_class on pg_class.oid = tgrelid
where relnamespace in {_OURS} and not tgisinternal order by 1, 2
"""
_FOREIGN_KEYS = f"""
select tgrelid::regclass::text, tgname, conname
from pg_catalog.pg_trigger
join pg_catalog.pg_constraint on pg_constraint.oid = tgconstraint
where connamespace in {_OURS} and tgisinternal order by conname, tgname
"""
_FUNCTIONS = f"""
select oid::regprocedure::text, pg_get_functiondef(oid)
from pg_catalog.pg_proc where pronamespace in {_OURS} order by 1
"""
_RELATIONS = f"""
select oid::regclass::text, relkind::text from pg_catalog.pg_class
where relnamespace in {_OURS} and relkind in ('r', 'v') order by 1
"""
_OTHER_DEFAULTS = {
    "uuid": "'00000000-0000-4000-8000-000000000000'",
    "text": "'x'",
    "boolean": "true",
    "integer": "7",
    "bigint": "7",
    "timestamp with time zone": "'epoch'",
    "jsonb": "'[1]'",
}
_LITERAL = re.compile(r"(?<![\w])('[^'\n]*'|\d+)(?![\w])")


def _constraints(db: Connection) -> Iterator[Mutant]:
    for table, name, kind, definition in execute(db, _CONSTRAINTS):
        changes = {
            "c": {
                "a value more": definition.replace("ARRAY[", "ARRAY['x'::text, "),
                "bytes for characters": definition.replace("char_length", "octet_length"),
                "a number more": re.sub(r"(\d+)", lambda it: str(int(it[1]) + 1), definition),
                "not valid": f"{definition} not valid",
                "not enforced": f"{definition} not enforced",
                "not inherited": f"{definition} no inherit",
            },
            "f": {
                "not enforced": f"{definition} not enforced",
                "on update": definition.replace(" ON DELETE", " ON UPDATE CASCADE ON DELETE"),
                "deferrable": f"{definition} deferrable initially deferred",
                "not valid": f"{definition} not valid",
            },
            "u": {
                "deferrable": f"{definition} deferrable",
                "nulls not distinct": definition.replace("UNIQUE", "UNIQUE NULLS NOT DISTINCT"),
            },
        }[kind]
        for what, changed in changes.items():
            if changed != definition:
                alter = f"alter table {table}"
                statement = f"{alter} drop constraint {name} cascade; "
                statement += f"{alter} add constraint {name} {changed}"
                yield Mutant("constraint redefined", f"{name} {what}", statement, "")


def _indexes(db: Connection) -> Iterator[Mutant]:
    for table, name, definition in execute(db, _INDEXES):
        changes = {
            "without its last column": re.sub(r", [^,()]+\)", ")", definition, count=1),
            "without its predicate": definition.partition(" WHERE ")[0],
            "for no row": f"{definition.partition(' WHERE ')[0]} where false",
            "hashed": re.sub(r" USING btree \((\w+).*", r" USING hash (\1)", definition),
            "descending": re.sub(r"\((\w+)", r"(\1 desc nulls first", definition, count=1),
        }
        for what, changed in changes.items():
            if changed != definition:
                statement = f"drop index {name}; {changed}"
                yield Mutant("index redefined", f"{name} {what}", statement, "")
        for what, statement in {
            "invalid": "update pg_catalog.pg_index set indisvalid = false"
            f" where indexrelid = '{name}'::regclass",
            "clustered": f"alter table {table} cluster on {name.rpartition('.')[2]}",
            "sparse": f"alter index {name} set (fillfactor = 10)",
        }.items():
            yield Mutant("index redefined", f"{name} {what}", statement, "")


def _columns(db: Connection) -> Iterator[Mutant]:
    for table, column, kind, has_default in execute(db, _COLUMNS):
        alter = f'alter table {table} alter "{column}"'
        other = _OTHER_DEFAULTS.get(re.sub("character varying.*", "text", kind))
        if has_default and other is not None:
            statement = f"{alter} set default {other}"
            yield Mutant("default changed", f"{table}.{column}", statement, "")
        wider = {"text": "varchar(9000)", "integer": "bigint", "jsonb": "json"}.get(
            kind, re.sub(r"\((\d+)\)", lambda it: f"({int(it[1]) + 1})", kind)
        )
        if wider != kind:
            statement = f"{alter} type {wider} using {column}::{wider}"
            yield Mutant("column retyped", f"{table}.{column}", statement, "")
        options = {"statistics": "set statistics 0", "distinct": "set (n_distinct = 1)"}
        if kind == "text":
            options |= {
                "collation": 'type text collate "C"',
                "storage": "set storage external",
                "compression": "set compression pglz",
            }
        for what, change in options.items():
            yield Mutant("column option", f"{table}.{column} {what}", f"{alter} {change}", "")


def _triggers(db: Connection) -> Iterator[Mutant]:
    for table, name, definition in execute(db, _TRIGGERS):
        column = execute(
            db,
            "select attname from pg_catalog.pg_attribute where attnum > 1"
            f" and attrelid = '{table}'::regclass and not attisdropped order by attnum limit 1",
        )[0][0]
        changes = {
            "of one column": definition.replace("UPDATE ON", f"UPDATE OF {column} ON"),
            "for some rows": definition.replace(
                " EXECUTE", f" WHEN (new.{column} is not null) EXECUTE"
            ),
            "where something changes": definition.replace(
                " EXECUTE", " WHEN (old.* IS DISTINCT FROM new.*) EXECUTE"
            ),
            "after": definition.replace(" BEFORE ", " AFTER "),
            "at the end": definition.replace("CREATE TRIGGER", "CREATE CONSTRAINT TRIGGER")
            .replace(" BEFORE ", " AFTER ")
            .replace(" FOR EACH", " DEFERRABLE INITIALLY DEFERRED FOR EACH"),
        }
        for what, changed in changes.items():
            if changed != definition:
                statement = f"drop trigger {name} on {table}; {changed}"
                yield Mutant("trigger redefined", f"{name} on {table} {what}", statement, "")
        for state in ("disable", "enable replica", "enable always"):
            statement = f"alter table {table} {state} trigger {name}"
            yield Mutant("trigger state", f"{name} on {table} {state}", statement, "")


def _foreign_keys(db: Connection) -> Iterator[Mutant]:
    for number, (table, name, key) in enumerate(execute(db, _FOREIGN_KEYS)):
        statement = f'alter table {table} disable trigger "{name}"'
        yield Mutant("foreign key disabled", f"{key} {number % 4}", statement, "")


def _functions(db: Connection) -> Iterator[Mutant]:
    for signature, definition in execute(db, _FUNCTIONS):
        head, quote, rest = definition.partition("$function$")
        body, _, _ = rest.partition(quote)
        for number, found in enumerate(_LITERAL.finditer(body), 1):
            word = found[1]
            other = str(int(word) + 1) if word.isdigit() else f"'x{word[1:]}"
            changed = f"{body[: found.start()]}{other}{body[found.end() :]}"
            statement = f"{head}{quote}{changed}{quote}"
            yield Mutant("function literal", f"{signature} {number} {word[:20]}", statement, "")
        for kind in ("volatile", "stable", "immutable", "strict", "parallel safe"):
            is_default = kind == "volatile" and not re.search(r"\b(STABLE|IMMUTABLE)\b", head)
            if kind.upper() not in head and not is_default:
                statement = f"alter function {signature} {kind}"
                yield Mutant("function option", f"{signature} {kind}", statement, "")
        for option in (
            "leakproof",
            "cost 100000",
            "rows 5000",
            "reset search_path",
            "set search_path = public, pg_catalog, pg_temp",
            "set row_security = off",
            "set timezone = 'Asia/Tokyo'",
        ):
            statement = f"alter function {signature} {option}"
            yield Mutant("function option", f"{signature} {option}", statement, "")
        statement = f"alter function {signature} owner to session_api"
        yield Mutant("owner changed", signature, statement, "")


def _relations(db: Connection) -> Iterator[Mutant]:
    for name, kind in execute(db, _RELATIONS):
        yield Mutant("owner changed", name, f"alter table {name} owner to session_api", "")
        if kind == "r":
            for what in (
                "set unlogged",
                "force row level security",
                "replica identity full",
                "set (autovacuum_enabled = off)",
                "set (toast.autovacuum_enabled = off)",
            ):
                yield Mutant("relation option", f"{name} {what}", f"alter table {name} {what}", "")


def mutants(db: Connection) -> Iterator[Mutant]:
    yield from _constraints(db)
    yield from _indexes(db)
    yield from _columns(db)
    yield from _triggers(db)
    yield from _foreign_keys(db)
    yield from _functions(db)
    yield from _relations(db)
