#!/bin/sh
# Run once, when the database is made: supabase.sql gave the roles a password that everybody knows.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --host /var/run/postgresql --username postgres --dbname postgres \
  --set own="$POSTGRES_PASSWORD" --set authenticator="$AUTHENTICATOR_PASSWORD" <<'SQL'
alter role postgres password :'own';
alter role authenticator password :'authenticator';
SQL
