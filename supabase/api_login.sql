-- Who connects with API_DATABASE_URL: may become session_api, and nothing else. Not a migration, because its password is yours:
-- run this once, after the migrations, then `alter role session_api_login password '…'`.

do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'session_api_login') then
    create role session_api_login login noinherit;
  end if;
  alter role session_api_login login noinherit;
  -- granted anew: since Postgres 16 a membership inherits if the member did when it was granted
  revoke session_api from session_api_login;
  grant session_api to session_api_login;
end
$$;
comment on role session_api_login is 'the API''s direct connections: no rights of its own, becomes session_api for each transaction';
-- a role's settings count for whoever logs in, not for whoever it becomes: these are session_api's, for direct connections
alter role session_api_login set statement_timeout = '3s';
alter role session_api_login set lock_timeout = '3s';
alter role session_api_login set idle_in_transaction_session_timeout = '5s';
-- PostgREST's on Supabase: by default the schema session_api, which is named as the role, would come first
alter role session_api_login set search_path = public, extensions;
