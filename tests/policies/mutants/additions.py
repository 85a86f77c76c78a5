"""Mutants that add something undeclared: each must be reported as not in the matrix."""

from collections.abc import Iterator

from psycopg import Connection

from tests.policies.mutants.mutant import Mutant
from tests.policies.policies import TABLES

_ONCE = (
    "create table public.added (id uuid)",
    "create table session_api.added (id uuid)",
    "create view public.added with (security_invoker = true) as select 1 as one",
    "create materialized view public.added as select 1 as one",
    "create sequence public.added",
    "create type public.added as enum ('one')",
    "create domain public.added as text",
    "create function public.added() returns void set search_path = pg_catalog, pg_temp return null",
    "create function session_api.added() returns void set search_path = pg_catalog, pg_temp"
    " return null",
    "create procedure public.added() set search_path = pg_catalog, pg_temp begin atomic end",
    "grant select (id) on public.study_sessions to authenticated with grant option",
    "grant execute on function public.study_session_exists to session_api with grant option",
    "alter default privileges in schema session_api grant execute on functions to anon",
    "grant anon to session_api with admin option",
    "create role added; grant session_api to added",
)
_EACH = (
    "alter table public.{table} add added text",
    "alter table public.{table} add constraint added check (true)",
    "create policy added on public.{table} for select to anon using (false)",
    "create rule added as on delete to public.{table} do also nothing",
    "create trigger added before insert on public.{table}"
    " for each row execute function session_api.set_updated_at()",
)


def mutants(_: Connection) -> Iterator[Mutant]:
    for statement in _ONCE:
        yield Mutant("something added", statement, statement, "")
    for form in _EACH:
        for table in TABLES:
            statement = form.format(table=table)
            yield Mutant("something added", statement, statement, "")
