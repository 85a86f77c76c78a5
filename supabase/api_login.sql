-- Who connects with API_DATABASE_URL: may become session_api, and nothing else. Not a migration, because its password is yours:
-- run this once, after the migrations, then `alter role session_api_login password '…'`.

do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'session_api_login') then
    create role session_api_login login noinherit;
  end if;
end
$$;
comment on role session_api_login is 'the API''s direct connections: no rights of its own, becomes session_api for each transaction';
grant session_api to session_api_login;
-- a role's settings count for whoever logs in, not for whoever it becomes: these are session_api's, for direct connections
alter role session_api_login set statement_timeout = '3s';
alter role session_api_login set lock_timeout = '3s';
alter role session_api_login set idle_in_transaction_session_timeout = '5s';
