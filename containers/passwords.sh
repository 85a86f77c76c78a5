#!/bin/sh
# Run once, when the database is created: supabase.sql gave the roles a public password.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --host /var/run/postgresql --username postgres --dbname postgres \
  --set own="$POSTGRES_PASSWORD" --set authenticator="$AUTHENTICATOR_PASSWORD" --set login="$API_LOGIN_PASSWORD" <<'SQL'
alter role postgres password :'own';
alter role authenticator password :'authenticator';
-- what the API becomes; the migrations give it its rights
create role session_api nologin noinherit;
\i /api_login.sql
alter role session_api_login password :'login';
SQL
