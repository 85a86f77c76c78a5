"""Checks: what the functions and the triggers answer and do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Connection

from tests.installed import INSTALLED
from tests.policies.actors import API_OWNER, API_STRANGER, OWNER, STRANGER, Actor
from tests.policies.cells import COLUMNS, GRANTS, TRIGGERS, VIEWS, call, function
from tests.policies.check import Checks
from tests.policies.matrix import FUNCTIONS
from tests.policies.policies import TABLES, UNESTIMATED
from tests.policies.rows import TARGETS, UPDATES
from tests.policies.step import execute, found, refusal, savepoint
from tests.policies.table import lines
from tests.policies.world import IDS, named

CHECKS = Checks()

_KINDS = {kind: named(TARGETS[f"{kind}_sessions"]) for kind in INSTALLED}
_STAMPED = tuple(name for name, triggers in TRIGGERS.items() if "set_updated_at" in triggers)
_OBEDIENT = {
    function(line.subject): call(line.subject)
    for line in lines(FUNCTIONS)
    if line.subject.startswith("public.") and line.subject.split()[-2] == "invoker"
}


@contextmanager
def acting(db: Connection, actor: Actor) -> Iterator[None]:
    with savepoint(db):
        execute(db, actor.become)
        yield


@CHECKS.about("session_api.caller_id")
def caller_is_the_verified_subject_or_nobody(db: Connection) -> None:
    for claims, caller in {
        json.dumps({"sub": IDS["owner"]}): IDS["owner"],
        json.dumps({"sub": IDS["owner"].upper(), "x": "y" * 1_000_000}): IDS["owner"],
        '{"sub": null}': None,
        "{}": None,
        "": None,  # as after a transaction that had claims
        "null": None,
        "[]": None,
        '"sub"': None,
        "{": None,
        "no JSON": None,
        '{"sub": ""}': None,
        '{"sub": "no id"}': None,
        '{"sub": 7}': None,
        json.dumps({"sub": {"sub": IDS["owner"]}}): None,
        json.dumps({"sub": [IDS["owner"]]}): None,
        json.dumps({"sub": IDS["owner"] + " "}): None,
        json.dumps({"sub": "a" * 10_000_000}): None,
        # a text that jsonb cannot hold, and one nested too deep to be read
        json.dumps({"sub": IDS["owner"], "x": "\0"}): None,
        f'{{"sub": "{IDS["owner"]}", "x": {"[" * 100_000}{"]" * 100_000}}}': None,
    }.items():
        with savepoint(db):
            db.execute("select set_config('request.jwt.claims', %s, true)", [claims])
            [(got,)] = execute(db, "select session_api.caller_id()::text")
            assert got == caller, claims[:100]


@CHECKS.about(*(f"public.{kind}_session_exists" for kind in _KINDS))
def existence_is_of_a_session_of_that_kind(db: Connection) -> None:
    with acting(db, API_STRANGER):
        for kind in _KINDS:
            for other, session_id in {**_KINDS, "absent": IDS["absent"]}.items():
                [(exists,)] = execute(db, f"select public.{kind}_session_exists('{session_id}')")
                assert exists is (kind == other), (kind, other)


@CHECKS.about("session_api.is_not_estimated", *UNESTIMATED)
def estimates_are_not_for_users(db: Connection) -> None:
    """Estimates come from everybody's rows, and PostgREST returns them as a planned count."""
    for table in COLUMNS:
        statement = f"explain (format json) select id from public.{table}"
        with acting(db, OWNER):
            refused = refusal(db, statement) == ("42501", None)
        unread = (table, "select", "id", "authenticated") not in GRANTS
        assert refused is (unread or table in (*UNESTIMATED, *VIEWS)), table
    for table in UNESTIMATED:
        if (table, "select", "id", "session_api") in GRANTS:
            with acting(db, API_OWNER):
                assert refusal(db, f"EXPLAIN select id from public.{table}") is None, table


@CHECKS.about("session_api.set_updated_at", *_STAMPED)
def updated_at_moves_on_whatever_is_written(db: Connection) -> None:
    """Also where the row's time is ahead of the clock: the ETag is made from it."""
    for table in _STAMPED:
        row = f"public.{table} where id = '{named(TARGETS[table])}'"
        for column in COLUMNS[table]:
            for age, moved in (("1 hour", "= now()"), ("-1 hour", "> now() + interval '1 hour'")):
                with savepoint(db):
                    execute(db, "set local session_replication_role = replica")
                    execute(db, f"update public.{table} set updated_at = now() - interval '{age}'")
                    execute(db, "set local session_replication_role = origin")
                    execute(db, f'update public.{table} set "{column}" = "{column}"')
                    assert found(db, f"select from {row} and updated_at {moved}"), (table, column)


@CHECKS.about("session_api.publish")
def a_table_is_published_once(db: Connection) -> None:
    there = "select from pg_publication_tables where tablename = 'Added, later'"
    with savepoint(db):
        execute(db, 'create table public."Added, later" (id uuid primary key)')
        for _ in range(2):
            execute(db, """select session_api.publish('public."Added, later"')""")
            assert len(execute(db, there)) == 1
        execute(db, "drop publication supabase_realtime")
        execute(db, """select session_api.publish('public."Added, later"')""")


@CHECKS.about(*_OBEDIENT)
def functions_obey_the_policies_of_a_project(db: Connection) -> None:
    """They run as their caller, so a project's own policies apply to them."""
    with savepoint(db):
        for table in TABLES:
            forbids = f"create policy forbidden on public.{table} as restrictive using (false)"
            execute(db, forbids)
        execute(db, API_OWNER.become)
        for name, text in _OBEDIENT.items():
            assert not found(db, text), name


HIJACK = """
create schema evil;
grant usage on schema evil to public;
create function evil.differ(uuid, uuid) returns boolean language sql
  as 'select not uuid_eq($1, $2)';
create function evil.differ(text, text) returns boolean language sql
  as 'select not texteq($1, $2)';
create operator evil.= (function = evil.differ, leftarg = uuid, rightarg = uuid);
create operator evil.= (function = evil.differ, leftarg = text, rightarg = text);
create function evil.current_setting(text, boolean) returns text language sql
  as $$ select '{"sub": "{owner}"}' $$;
create function evil.nowhere(text, text) returns boolean language sql as 'select false';
create operator evil.~* (function = evil.nowhere, leftarg = text, rightarg = text);
create function evil.now() returns timestamptz language sql
  as $$ select timestamptz '2100-01-01' $$;
create function evil.clock_timestamp() returns timestamptz language sql
  as $$ select timestamptz '2100-01-01' $$;
create type pg_temp.jsonb as enum ('evil');
set local search_path = evil, pg_catalog
"""


@CHECKS.about(
    "session_api.caller_id",
    "session_api.is_not_estimated",
    "session_api.set_updated_at",
    *(f"public.{kind}_session_exists" for kind in _KINDS),
)
def names_in_functions_cannot_be_hijacked(db: Connection) -> None:
    """A caller's search_path, with its own operators and functions, has no effect."""
    with savepoint(db):
        execute(db, named(HIJACK))
        with acting(db, STRANGER):
            [(caller,)] = execute(db, "select session_api.caller_id()::text")
            assert caller == IDS["stranger"]
            for table in UNESTIMATED:
                explained = refusal(db, f"explain select from public.{table}")
                assert explained == ("42501", None), table
        existence_is_of_a_session_of_that_kind(db)
        for table, triggers in TRIGGERS.items():
            if "set_updated_at" in triggers:
                column, value = next(iter(UPDATES[table].items()))
                with savepoint(db):
                    execute(db, f"update public.{table} set {column} = {value}")
                    execute(db, "set local search_path = pg_catalog")
                    assert found(db, f"select from public.{table} where updated_at = now()"), table
