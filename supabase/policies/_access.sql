-- What every other policy file stands on: the API's role, the schema of helpers, who the caller is.

do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'session_api') then
    create role session_api nologin noinherit;
  end if;
end
$$;
comment on role session_api is 'the API, acting for one user: token signed by the API alone, under the same row-level security as everybody';
grant session_api to authenticator;
-- no request can hold a connection for long
alter role session_api set statement_timeout = '3s';

-- `private` is never among PostgREST's exposed schemas: what stands in it is called by policies and triggers only
create schema if not exists private;
revoke all on schema private from public, anon, authenticated, service_role, session_api;
grant usage on schema private to authenticated, session_api;
grant usage on schema public to authenticated, session_api;

-- Our own rather than auth.uid(): on hosted Supabase a custom role gets no usage on schema `auth`.
create or replace function private.caller_id()
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  -- after a transaction the setting is '' rather than null
  return (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid;
end
$$;
comment on function private.caller_id() is 'the signed-in user, from the verified token''s `sub`; null when nobody is. In a policy always as (select private.caller_id()): once a query, not once a row';
revoke execute on function private.caller_id() from public, anon, authenticated, service_role, session_api;
grant execute on function private.caller_id() to authenticated, session_api;
