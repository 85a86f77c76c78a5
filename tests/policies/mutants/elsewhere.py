"""Mutants of what is outside our two schemas: grants, owners, roles, publications, new objects."""

from collections.abc import Iterator

from psycopg import Connection

from tests.policies.mutants.mutant import Mutant

_EVENT_TRIGGER = "create function {0}() returns event_trigger language plpgsql as 'begin end'"
_FOR_EACH_ROLE = {
    "privilege elsewhere": (
        "grant select on auth.users to {role}",
        "grant select (email) on auth.users to {role}",
        "grant select on supabase_migrations.schema_migrations to {role}",
        "grant create on database postgres to {role}",
        "grant create on schema public to {role}",
        "grant create on schema extensions to {role}",
        "grant usage on schema auth to {role} with grant option",
        "grant usage on schema supabase_migrations to {role}",
        "grant set on parameter session_replication_role to {role}",
        "grant set on parameter row_security to {role}",
        "grant alter system on parameter log_statement to {role}",
        "grant select on pg_catalog.pg_authid to {role}",
        "grant select on pg_catalog.pg_statistic to {role}",
        "grant select (stavalues1) on pg_catalog.pg_statistic to {role}",
        "grant execute on function pg_catalog.pg_read_file(text) to {role}",
        "grant execute on function pg_catalog.lo_import(text) to {role}",
        "grant usage on language c to {role}",
        "grant create on tablespace pg_default to {role}",
        "grant maintain on public.chat_sessions to {role}",
        "alter default privileges in schema public grant all on tables to {role}",
        "alter default privileges in schema public grant all on functions to {role}",
        "alter default privileges grant all on tables to {role}",
        "alter default privileges grant usage on schemas to {role}",
        "alter default privileges in schema session_api grant all on tables to {role}",
    ),
    "role changed": (
        "alter role {role} connection limit 0",
        "alter role {role} valid until '2000-01-01'",
        "grant pg_read_all_data to {role}",
        "grant pg_write_all_data to {role}",
        "create role added bypassrls; grant added to {role}",
    ),
    "setting of a role": (
        "alter role {role} set statement_timeout = 0",
        "alter role {role} set row_security = off",
        "alter role {role} set search_path = 'added'",
        "alter role {role} in database postgres set statement_timeout = 0",
    ),
    "owner elsewhere": (
        "alter schema session_api owner to {role}",
        "alter schema public owner to {role}",
        "alter schema auth owner to {role}",
        "alter database postgres owner to {role}",
        "alter language plpgsql owner to {role}",
        "alter publication supabase_realtime owner to {role}",
        "alter table auth.users owner to {role}",
    ),
}
_ROLES = ("anon", "authenticated", "session_api", "authenticator", "session_api_login")
_NO_ROLES = ("public",)
_ONCE = {
    "setting of a role": (
        "alter role all set statement_timeout = 0",
        "alter role authenticator set default_transaction_read_only = on",
        "alter role authenticator set pgrst.db_schemas = 'public, session_api'",
        "alter role authenticator in database postgres set search_path = 'x'",
        "alter role session_api_login set role = 'service_role'",
        "alter role supabase_realtime_admin set row_security = off",
        "create role added; alter role added set session_replication_role = 'replica'",
        "alter role postgres in database postgres set row_security = off",
        "alter database postgres set statement_timeout = 0",
    ),
    "role changed": (
        "alter role session_api_login bypassrls",
        "alter role session_api_login superuser",
        "alter role supabase_auth_admin bypassrls",
        "alter role supabase_realtime_admin superuser",
        "create role added superuser login",
        "create role added bypassrls",
        "create role added login replication",
        "create role added; grant session_api_login to added",
        "create role added; grant pg_read_all_data to added",
        "create role added; grant pg_execute_server_program to added",
        "create role added; grant postgres to added",
        "grant service_role to session_api_login",
        "grant authenticated to session_api_login",
        "alter role authenticator password null",
        "alter role anon password 'x'",
        "alter role session_api password 'x'",
        "alter database postgres connection limit 1",
    ),
    "publication changed": (
        "create publication added for all tables",
        "create publication added for table public.study_documents",
        "create publication pgrst_added for tables in schema session_api",
        "alter publication supabase_realtime add tables in schema public",
        "alter publication supabase_realtime add table auth.users",
        "alter publication supabase_realtime set (publish = 'insert')",
        "alter publication supabase_realtime set (publish_via_partition_root = true)",
        "alter publication supabase_realtime set (publish_generated_columns = stored)",
        "alter publication supabase_realtime drop table public.chat_messages",
        "alter publication supabase_realtime drop table public.chat_messages;"
        " alter publication supabase_realtime add table public.chat_messages (id)",
        "alter publication supabase_realtime drop table public.chat_messages;"
        " alter publication supabase_realtime add table public.chat_messages"
        " where (role <> 'system')",
        "create subscription added connection 'host=x' publication x"
        " with (connect = false, enabled = false, slot_name = none, create_slot = false)",
    ),
    "something added elsewhere": (
        f"{_EVENT_TRIGGER.format('public.added')};"
        " create event trigger added on sql_drop execute function public.added()",
        f"{_EVENT_TRIGGER.format('extensions.added')};"
        " create event trigger pgrst_added on ddl_command_end execute function extensions.added()",
        "create function extensions.added() returns bigint language sql security definer as"
        " 'select count(*) from auth.users'; alter function extensions.added() owner to postgres",
        "create function auth.added() returns bigint language sql as 'select 1::bigint'",
        "create function pg_catalog.added() returns bigint language sql security definer as"
        " 'select count(*) from auth.users'",
        "create view information_schema.added as select * from public.chat_messages;"
        " grant select on information_schema.added to public",
        "create schema added",
        "create schema added; create view added.added as select * from public.chat_messages;"
        " grant usage on schema added to authenticated;"
        " grant select on added.added to authenticated",
        "create view auth.added as select * from public.chat_messages",
        "create trigger added after insert on auth.users"
        " for each row execute function session_api.set_updated_at()",
        "create policy added on auth.users for select to session_api using (true)",
        "alter table auth.users enable row level security",
        "create operator public.= (leftarg = uuid, rightarg = uuid, function = uuid_ne)",
        "create operator session_api.### (leftarg = text, rightarg = text, function = texteq)",
        'create collation public.added from "C"',
        "create text search configuration public.added (copy = pg_catalog.simple)",
        "create cast (jsonb as bytea) without function",
        "create aggregate public.added (integer) (sfunc = int4pl, stype = integer)",
        "create statistics public.added on user_id, title from public.chat_sessions",
        "create conversion public.added for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8",
        "create foreign data wrapper added",
        "create foreign data wrapper added; create server added foreign data wrapper added",
        "select lo_create(4242); grant select on large object 4242 to authenticated",
        "alter view public.wingman_session_details alter status set default 'completed'",
    ),
    "object added in any schema": tuple(
        statement.format(schema=schema)
        for schema in ("extensions", "auth", "pg_catalog", "public", "session_api")
        for statement in (
            "create type {schema}.added as enum ('a')",
            "create domain {schema}.added as text",
            "create operator {schema}.=== (leftarg = uuid, rightarg = uuid, function = uuid_eq)",
            "create text search configuration {schema}.added (copy = pg_catalog.simple)",
            "create text search dictionary {schema}.added (template = pg_catalog.simple)",
            "create statistics {schema}.added on user_id, title from public.chat_sessions",
            "create sequence {schema}.added",
            "create table {schema}.added (like auth.users)",
            "create function {schema}.added() returns int language sql as 'select 1'",
        )
    ),
    "relation elsewhere changed": (
        "alter table auth.users add added text",
        "alter table auth.users alter email set default 'x'",
        "alter table auth.users alter email type varchar(10)",
        "alter table auth.users add constraint added check (id is not null)",
        "create unique index added on auth.users ((id::text))",
        "create rule added as on delete to auth.users do instead nothing",
        "alter table auth.users force row level security",
        "alter table auth.users drop constraint users_email_key",
        "alter table auth.users drop email cascade",
        "alter table auth.sessions add added text",
        "create access method added type table handler heap_tableam_handler",
    ),
    "role added": (
        "create role added",
        "create role added login",
        "create role added createrole createdb",
        "create role added; grant anon to added",
        "create role added; grant added to authenticator",
        "revoke session_api from authenticator granted by postgres;"
        " grant session_api to authenticator with set false granted by postgres",
        "grant session_api to authenticator with inherit true",
        "grant session_api to session_api_login with inherit true",
        "grant session_api to session_api_login with admin true",
    ),
    "setting of the owner": (
        "alter role postgres set row_security = off",
        "alter role postgres set search_path = session_api, public",
        "alter role postgres set session_replication_role = replica",
        "alter role supabase_admin set statement_timeout = 0",
    ),
    "right of everybody revoked": (
        "revoke execute on function pg_catalog.pg_advisory_lock(bigint) from public",
        "revoke execute on function pg_catalog.current_setting(text, boolean) from public",
        "revoke execute on function pg_catalog.gen_random_uuid() from public",
        "revoke select on pg_catalog.pg_publication from public",
        "revoke select on pg_catalog.pg_roles from public",
    ),
    "not null weakened": (
        "alter table public.study_chunks alter content drop not null,"
        " add constraint added not null content not valid",
        "alter table public.study_chunks alter content drop not null,"
        " add constraint added not null content no inherit",
        "alter table public.chat_messages alter content drop not null,"
        " add constraint added not null content no inherit",
    ),
    "default privilege revoked": (
        "alter default privileges for role postgres revoke execute on functions from public",
        "alter default privileges for role postgres revoke usage on types from public",
        "alter default privileges for role authenticator revoke execute on functions from public",
    ),
}


def mutants(_: Connection) -> Iterator[Mutant]:
    for kind, statements in _ONCE.items():
        for statement in statements:
            yield Mutant(kind, statement, statement, "")
    for kind, forms in _FOR_EACH_ROLE.items():
        for form in forms:
            for role in (*_ROLES, *(_NO_ROLES if kind == "privilege elsewhere" else ())):
                statement = form.format(role=role)
                yield Mutant(kind, statement, statement, "")
