-- What every other policy file depends on: the API's role, the helpers' schema, and who the caller is.

do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'session_api') then
    create role session_api nologin noinherit;
  end if;
end
$$;
comment on role session_api is 'the API, acting for one user, under the same row-level security as everybody; only the API signs a token for it';
grant session_api to authenticator;
-- no request can hold a connection for long
alter role session_api set statement_timeout = '3s';
-- only to our own role: which others may use `public` is for the project to decide
grant usage on schema public to session_api;

-- must not be among PostgREST's exposed schemas: its functions are only for policies and triggers
create schema if not exists session_api;
revoke all on schema session_api from public, anon, authenticated, service_role, session_api;
grant usage on schema session_api to authenticated, session_api;

-- Our own rather than auth.uid(): on hosted Supabase a custom role gets no usage on schema `auth`.
create or replace function session_api.caller_id()
returns uuid
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  -- after a transaction the setting is '' rather than null
  return (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid;
exception
  -- claims that name no user see no rows: one error here would stop Realtime for a whole project
  when others then
    return null;
end
$$;
comment on function session_api.caller_id() is 'the signed-in user, from the verified token''s `sub`; null when it names none. In a policy always (select session_api.caller_id()): once per query, not once per row';
revoke execute on function session_api.caller_id() from public, anon, authenticated, service_role, session_api;
grant execute on function session_api.caller_id() to authenticated, session_api;
