"""Supabase's own linter finds nothing in the schema, and does find planted faults."""

import json
import os
import subprocess
from collections.abc import Iterator

import psycopg
import pytest

from local.migrations import CLI, PROJECT
from local.project import Project
from tests.stacks import Spare

pytestmark = pytest.mark.all_kinds

# An index is "unused" as long as no query has needed it: that is about traffic, which a database
# made a moment ago has not seen. That each index serves a query is for the tests of the plans.
NOT_ABOUT_THE_SCHEMA = {"unused_index"}

# Each fault by the name under which the linter knows it.
PLANTED = {
    "rls_disabled_in_public": "create table public.planted_open (id uuid primary key)",
    "rls_enabled_no_policy": "create table public.planted_shut (id uuid primary key);"
    " alter table public.planted_shut enable row level security",
    "policy_exists_rls_disabled": "create table public.planted_forgotten (id uuid primary key);"
    " create policy planted on public.planted_forgotten for select to authenticated using (true)",
    "auth_users_exposed": "create view public.planted_users as select * from auth.users;"
    " grant select on public.planted_users to anon",
    "security_definer_view": "create view public.planted_view as select * from public.job_postings",
    "auth_rls_initplan": "create policy planted_slow on public.wingman_matches for delete"
    " to authenticated using (auth.uid() = user1_id)",
    "multiple_permissive_policies": "create policy planted_second on public.chat_messages"
    " for select to authenticated using (false)",
    "unindexed_foreign_keys": "create table public.planted_key (id uuid primary key,"
    " owner uuid references public.user_profiles (id))",
    "no_primary_key": "create table public.planted_keyless (id uuid)",
    "duplicate_index": "create index planted_one on public.study_topics (title);"
    " create index planted_two on public.study_topics (title)",
    "function_search_path_mutable": "create function public.planted_function() returns integer"
    " language sql as 'select 1'",
}
MENDED = """
drop table if exists public.planted_open, public.planted_shut, public.planted_forgotten,
  public.planted_key, public.planted_keyless;
drop view if exists public.planted_users, public.planted_view;
drop policy if exists planted_slow on public.wingman_matches;
drop policy if exists planted_second on public.chat_messages;
drop index if exists public.planted_one, public.planted_two;
drop function if exists public.planted_function();
"""


def lints(project: Project) -> list[dict[str, str]]:
    """What `supabase db advisors` finds, at every level and of every kind."""
    result = subprocess.run(  # noqa: S603
        [
            *(str(CLI), "db", "advisors", f"--remote={project.database_url}?sslmode=disable"),
            *("--level", "info", "--output-format", "json", "--agent", "no"),
            *("--workdir", str(PROJECT)),
        ],
        env={**os.environ, "SUPABASE_TELEMETRY_DISABLED": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict[str, str]] = json.loads(result.stdout)["results"]
    return [lint for lint in found if lint["name"] not in NOT_ABOUT_THE_SCHEMA]


@pytest.fixture
def planted(spare: Spare) -> Iterator[Spare]:
    """A database with every fault of `PLANTED`, mended afterwards."""
    with psycopg.connect(spare.database_url, autocommit=True) as sql:
        try:
            for fault in PLANTED.values():
                sql.execute(fault.encode())
            yield spare
        finally:
            sql.execute(MENDED)


def test_nothing_is_found(stack: Project) -> None:
    assert [(lint["name"], lint["detail"]) for lint in lints(stack)] == []


def test_planted_faults_are_found(planted: Spare) -> None:
    found = {lint["name"] for lint in lints(planted)}
    assert set(PLANTED) - found == set()
