"""supabase/policies/ and the migrations agree, and a difference in either is found."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection

from api.doctor.snapshot import differences, snapshot
from tests.stacks import Spare
from tools.policies import changing, next_time, replay

pytestmark = pytest.mark.all_kinds

# What somebody might change in the database, and the name under which it is reported.
CHANGED = {
    "drop policy select_own on public.chat_messages": "policy select_own on public.chat_messages",
    "alter policy select_own on public.chat_messages using (true)": (
        "policy select_own on public.chat_messages"
    ),
    "alter policy update_own on public.study_sessions with check (true)": (
        "policy update_own on public.study_sessions"
    ),
    "alter policy select_own on public.chat_sessions to public": (
        "policy select_own on public.chat_sessions"
    ),
    "comment on policy select_own on public.chat_sessions is 'x'": (
        "policy select_own on public.chat_sessions"
    ),
    "alter table public.chat_messages disable row level security": "relation public.chat_messages",
    "alter view public.wingman_session_details set (security_invoker = false)": (
        "relation public.wingman_session_details"
    ),
    "create or replace function session_api.caller_id() returns uuid language sql stable"
    " as 'select null::uuid'": "function session_api.caller_id()",
    "alter function public.study_session_exists(uuid) security invoker": (
        "function study_session_exists(uuid)"
    ),
    "alter function session_api.my_match_ids() reset search_path": (
        "function session_api.my_match_ids()"
    ),
    "revoke select on public.chat_messages from authenticated": (
        "grant on column public.chat_messages.content to authenticated"
    ),
    "grant delete on public.chat_messages to session_api": (
        "grant on relation public.chat_messages to session_api"
    ),
    "grant update (status) on public.interview_sessions to authenticated": (
        "grant on column public.interview_sessions.status to authenticated"
    ),
    "grant select on public.user_profiles to anon": (
        "grant on relation public.user_profiles to anon"
    ),
    "grant execute on function public.study_session_exists(uuid) to authenticated": (
        "grant on function study_session_exists(uuid) to authenticated"
    ),
    "grant execute on function session_api.my_buddy_ids() to public": (
        "grant on function session_api.my_buddy_ids() to public"
    ),
    "grant usage on schema session_api to anon": "grant on schema session_api to anon",
    "alter role session_api reset statement_timeout": "role session_api",
    "alter role session_api set statement_timeout = '1h'": "role session_api",
    "revoke session_api from authenticator": "role authenticator",
}
AS_SUPERUSER = "reset session authorization; {}; set session authorization postgres"
# What a file that is gone would have left behind: to replay the others takes none of it away.
LEFT_BEHIND = {
    "create policy select_all on public.chat_messages for select to authenticated using (true)": (
        "policy select_all on public.chat_messages"
    ),
    "create policy read on public.wingman_matches using (true)": (
        "policy read on public.wingman_matches"
    ),
    "create view public.everybody as select * from public.user_profiles": (
        "relation public.everybody"
    ),
    "create function public.peek() returns text language sql as 'select 1::text'": (
        "function peek()"
    ),
    "alter role session_api set row_security = off": "role session_api",
    AS_SUPERUSER.format("alter role session_api bypassrls"): "role session_api",
    "grant service_role to session_api": "role session_api",
}


@pytest.fixture
def db(own_stack: Spare) -> Iterator[Connection]:
    """The migrated database, as its owner; a test's changes are rolled back."""
    with (
        psycopg.connect(own_stack.superuser_url) as connection,
        connection.transaction(force_rollback=True),
    ):
        connection.execute("set session authorization postgres")
        yield connection


def strip(connection: Connection) -> None:
    """Drop everything that only the policy files declare."""
    connection.execute(
        """
        do $$
        declare
          statement text;
        begin
          for statement in
            select format('drop policy %I on %s', polname, polrelid::regclass)
            from pg_catalog.pg_policy join pg_catalog.pg_class on pg_class.oid = polrelid
            where relnamespace = 'public'::regnamespace
            union all
            select format('drop view %s', oid::regclass) from pg_catalog.pg_class
            where relkind = 'v' and relnamespace = 'public'::regnamespace
            union all
            select format('drop trigger %I on %s', tgname, tgrelid::regclass)
            from pg_catalog.pg_trigger join pg_catalog.pg_class on pg_class.oid = tgrelid
            where relkind = 'r' and relnamespace = 'public'::regnamespace and not tgisinternal
            union all
            select format('drop function %s', oid::regprocedure) from pg_catalog.pg_proc
            where pronamespace in ('public'::regnamespace, 'session_api'::regnamespace)
            union all
            select format('revoke all on all tables in schema public from %s', grantee)
            from unnest(array['public', 'anon', 'authenticated', 'service_role', 'session_api'])
              as grantee
            union all
            select format('revoke all on schema session_api from %s', grantee)
            from unnest(array['public', 'anon', 'authenticated', 'service_role', 'session_api'])
              as grantee
            union all
            select format('alter table %s disable row level security', oid::regclass)
            from pg_catalog.pg_class
            where relkind = 'r' and relnamespace = 'public'::regnamespace
          loop
            execute statement;
          end loop;
        end
        $$;
        alter role session_api reset all;
        reset session authorization;
        alter role session_api nobypassrls; -- before PostgreSQL 16 this is for a superuser alone
        set session authorization postgres;
        revoke session_api from authenticator;
        revoke anon, authenticated, service_role from session_api;
        comment on role session_api is null;
        """
    )


def rebuilt(connection: Connection) -> list[str]:
    """Strip the database, replay the files, and return what differs from before."""
    before = snapshot(connection)
    strip(connection)
    replay(connection)
    return differences(before, snapshot(connection))


def test_replaying_changes_nothing(db: Connection) -> None:
    assert replay(db) == []


def test_there_is_nothing_that_no_file_declares(db: Connection) -> None:
    assert rebuilt(db) == []


@pytest.mark.parametrize("statement", CHANGED)
def test_what_was_changed_is_found(db: Connection, statement: str) -> None:
    db.execute(statement.encode())
    found = [change.partition("\n")[0] for change in replay(db)]
    assert CHANGED[statement] in found
    assert replay(db) == []


@pytest.mark.parametrize("statement", LEFT_BEHIND)
def test_what_was_left_behind_is_found(db: Connection, statement: str) -> None:
    db.execute(statement.encode())
    found = [change.partition("\n")[0] for change in rebuilt(db)]
    assert LEFT_BEHIND[statement] in found


def test_a_migration_carries_what_changes_and_no_more(db: Connection) -> None:
    db.execute("drop policy select_own on public.chat_sessions")
    db.execute("grant execute on function public.study_session_exists(uuid) to authenticated")
    assert [file.name for file in changing(db)] == ["chat_sessions.sql", "study_sessions.sql"]
    assert changing(db) == []


@pytest.mark.parametrize(
    ("now", "time"),
    [("2026-01-02T00:00Z", "2026-01-02T00:00Z"), ("2025-12-31T00:00Z", "2026-01-01T00:00:01Z")],
    ids=["a clock that is right", "a clock that is behind"],
)
def test_policies_come_after_their_tables(now: str, time: str) -> None:
    migrations = [Path("20260101000000_workout.sql"), Path("20250101000000_base.sql")]
    assert next_time(migrations, datetime.fromisoformat(now)) == datetime.fromisoformat(time)
