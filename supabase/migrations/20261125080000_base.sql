-- Base, which every kind depends on: the API's role, who the caller is, and the keys of requests that create something.
-- Once this has run anywhere, do not edit it: write a new migration.

create table public.session_api_idempotency_keys (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  -- SHA-256, in hex: of what the client chose, and of what it asked for with it
  key text not null,
  fingerprint text not null,
  -- what was created: no foreign key, because a key outlives a session that is deleted
  row_id uuid not null,
  answer jsonb,
  created_at timestamptz not null default now(),
  constraint session_api_idempotency_keys_once unique (user_id, key),
  constraint session_api_idempotency_keys_key_hashed check (key ~ '^[0-9a-f]{64}$'),
  constraint session_api_idempotency_keys_fingerprint_hashed check (fingerprint ~ '^[0-9a-f]{64}$')
);
comment on table public.session_api_idempotency_keys is 'requests that created something, for a day: what was asked, what was created and what was answered';
comment on column public.session_api_idempotency_keys.answer is 'null until the first request has been answered; empty once what it created is deleted';
create index session_api_idempotency_keys_user_id_created_at_idx on public.session_api_idempotency_keys (user_id, created_at);
create index session_api_idempotency_keys_row_id_idx on public.session_api_idempotency_keys (row_id);
alter table public.session_api_idempotency_keys enable row level security;

-- From supabase/policies/base/, which is what to read and to change.

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

-- What one direct read may ask for. PostgREST lets a signed-in user embed tables in a circle of foreign keys, where each
-- round multiplies the rows, select one long column hundreds of times, and cast eight characters to a number of 131,072 digits:
-- that takes 1 GB of memory per connection. `title::regrole` tells which roles exist. Neither PostgREST nor a role has a
-- setting against it. So each table with personal rows asks this in `select_unestimated`.

create or replace function session_api.is_bounded_read()
returns boolean
language plpgsql
-- immutable, although it reads the statement's text: so the planner calls it once per plan, and it is not called per row
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  statement constant text := current_query();
begin
  if statement not like 'WITH pgrst_source%' then  -- not PostgREST's
    return true;
  end if;
  if length(statement) > 8000
    -- a table at two depths: PostgREST names it after the depth, and not at all at depth 0, where it may also be written to
    or exists (
      select
      from regexp_matches(statement, '(?:FROM|INTO|UPDATE) ("[^"]+"\."[^"]+")( AS "[^"]+")?', 'g') as source (part)
      group by part[1]
      having count(distinct coalesce(part[2], '')) > 1
    )
    -- one column, or a table's `*`: what follows its name tells whether it is in the answer, or a filter's. A path into a text
    -- (`title->0`, written to_jsonb(…)->) is all of it
    or exists (
      select
      from regexp_matches(statement, '((?:"[^"]+"\.)?"[^"]+"\.(?:"[^"]+"|\*))(,| AS | FROM |\)[^ ]+ AS )?', 'g') as named (part)
      group by part[1]
      having count(part[2]) > 2 or count(*) > 12
    )
    or exists (
      select
      from regexp_matches(statement, ' AS ([^"()]+) \)', 'g') as cast_to (part)
      -- not jsonb: eight characters of a text become a number of 131,072 digits
      where lower(part[1]) <> all (array[
        'text', 'json', 'uuid', 'bool', 'boolean', 'int', 'int2', 'int4', 'int8', 'integer', 'smallint', 'bigint',
        'date', 'time', 'timestamp', 'timestamptz'
      ])
    )
  then
    raise statement_too_complex using
      message = 'this read asks for too much at once',
      hint = 'Embed a table at one depth only, select a column twice and name it 12 times at most, and cast to text, json, uuid, boolean, integers, dates and times only.';
  end if;
  return true;
end
$$;
comment on function session_api.is_bounded_read() is 'true, and an error for a read through PostgREST that embeds in circles, repeats a column or casts to an unusual type';
revoke execute on function session_api.is_bounded_read() from public, anon, authenticated, service_role, session_api;
grant execute on function session_api.is_bounded_read() to authenticated;
-- not for session_api: no user holds its token

-- The planner's estimates come from everybody's rows: with `Prefer: count=planned`, a filter on another user's id told how
-- many rows that user has, and a filter on a text whether anybody wrote it. PostgREST has no setting against it. So each
-- table with personal rows has the restrictive policy `select_unestimated`.

create or replace function session_api.is_not_estimated()
returns boolean
language plpgsql
-- immutable, although it reads the statement's text: so the planner calls it once per plan, and it is not called per row
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_query() ~* '^\s*explain' then
    raise insufficient_privilege using
      message = 'the planner''s estimates are not for users',
      hint = 'Ask for an exact count.';
  end if;
  return true;
end
$$;
comment on function session_api.is_not_estimated() is 'true, and an error while the statement is being explained';
revoke execute on function session_api.is_not_estimated() from public, anon, authenticated, service_role, session_api;
grant execute on function session_api.is_not_estimated() to authenticated;
-- not for session_api: no user holds its token, and the API only asks for exact counts

-- Live changes: the tables that a page watches are in Supabase's publication, where a project has it. Replica identity stays
-- the primary key, so that a delete tells a subscriber an id and nothing else.

create or replace function session_api.publish(watched regclass)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from pg_publication where pubname = 'supabase_realtime')
    and not exists (
      select from pg_publication_tables
      where pubname = 'supabase_realtime' and format('%I.%I', schemaname, tablename)::regclass = watched
    )
  then
    execute format('alter publication supabase_realtime add table %s', watched);
  end if;
end
$$;
comment on function session_api.publish(regclass) is 'adds a table to the publication supabase_realtime, where that exists; for migrations';
revoke execute on function session_api.publish(regclass) from public, anon, authenticated, service_role, session_api;

-- updated_at is kept by a trigger: no role may write it.

create or replace function session_api.set_updated_at()
returns trigger
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  -- later than before, even where whoever waited for the row had begun first: an ETag is made from it
  new.updated_at := greatest(now(), old.updated_at + interval '1 microsecond');
  return new;
end
$$;
comment on function session_api.set_updated_at() is 'keeps updated_at, which nobody may write and which rises with every update';
revoke execute on function session_api.set_updated_at() from public, anon, authenticated, service_role, session_api;

-- session_api_idempotency_keys: the API's own memory of what it created for a user; nobody reads it directly.

alter table public.session_api_idempotency_keys enable row level security;
revoke all on public.session_api_idempotency_keys from public, anon, authenticated, service_role, session_api;
grant select (id, user_id, key, fingerprint, row_id, answer, created_at) on public.session_api_idempotency_keys to session_api;
-- not granted: created_at; keys expire by the database's clock
grant insert (user_id, key, fingerprint, row_id) on public.session_api_idempotency_keys to session_api;
-- not granted: fingerprint and row_id; what was asked and what was created never change
grant update (answer) on public.session_api_idempotency_keys to session_api;
grant delete on public.session_api_idempotency_keys to session_api;
-- nothing for authenticated: a browser does not need this table

drop policy if exists select_own on public.session_api_idempotency_keys;
create policy select_own on public.session_api_idempotency_keys
  for select to session_api
  using (user_id = (select session_api.caller_id()));
comment on policy select_own on public.session_api_idempotency_keys is 'the API looks up the caller''s keys';

drop policy if exists insert_own on public.session_api_idempotency_keys;
create policy insert_own on public.session_api_idempotency_keys
  for insert to session_api
  with check (user_id = (select session_api.caller_id()));
comment on policy insert_own on public.session_api_idempotency_keys is 'the API claims a key for the caller';

drop policy if exists update_own on public.session_api_idempotency_keys;
create policy update_own on public.session_api_idempotency_keys
  for update to session_api
  using (user_id = (select session_api.caller_id()))
  with check (user_id = (select session_api.caller_id()));
comment on policy update_own on public.session_api_idempotency_keys is 'the API keeps the answer to the caller''s request';

drop policy if exists delete_own on public.session_api_idempotency_keys;
create policy delete_own on public.session_api_idempotency_keys
  for delete to session_api
  using (user_id = (select session_api.caller_id()));
comment on policy delete_own on public.session_api_idempotency_keys is 'the API forgets the caller''s keys of yesterday';

create or replace function session_api.claim_idempotency_key()
returns trigger
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  headers constant jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
begin
  if headers ? 'idempotency-key' then
    -- no job has to sweep: a user's expired keys go with their next one
    delete from public.session_api_idempotency_keys as expired
    where expired.user_id = session_api.caller_id() and expired.created_at < now() - interval '24 hours';
    -- the key and the row are one transaction: both exist or neither does; a second request with the same key waits here
    -- for the first, and then fails
    insert into public.session_api_idempotency_keys (user_id, key, fingerprint, row_id)
    values (session_api.caller_id(), headers ->> 'idempotency-key', headers ->> 'idempotency-fingerprint', new.id);
  end if;
  return new;
end
$$;
comment on function session_api.claim_idempotency_key() is 'lets a row be created once per Idempotency-Key, which the API passes on as a header';
revoke execute on function session_api.claim_idempotency_key() from public, anon, authenticated, service_role, session_api;

-- A stored answer that names a row is erased when the row is deleted, whoever deletes it.
create or replace function session_api.erase_answers()
returns trigger
language plpgsql
volatile
-- security definer: a role that may delete such a row may not be allowed to write this table
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- not null, which an answer that is still to come would replace
  update public.session_api_idempotency_keys as kept
  set answer = '{}'
  from erased
  where kept.row_id = erased.id;
  return null;
end
$$;
comment on function session_api.erase_answers() is 'erases the answers that name deleted rows';
revoke execute on function session_api.erase_answers() from public, anon, authenticated, service_role, session_api;

create or replace function session_api.stay_erased()
returns trigger
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  return old;
end
$$;
comment on function session_api.stay_erased() is 'keeps out an answer that comes after what it names was deleted';
revoke execute on function session_api.stay_erased() from public, anon, authenticated, service_role, session_api;
create or replace trigger stay_erased before update on public.session_api_idempotency_keys
  for each row when (old.answer = '{}') execute function session_api.stay_erased();
