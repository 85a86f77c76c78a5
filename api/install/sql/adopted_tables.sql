-- what the doctor compares with less strictness
create or replace function session_api.adopted_tables()
returns text[]
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$ select array[{tables}]::text[] $$;
comment on function session_api.adopted_tables() is 'the tables that were the project''s before Session API came';
revoke execute on function session_api.adopted_tables() from public, anon, authenticated, service_role, session_api;
