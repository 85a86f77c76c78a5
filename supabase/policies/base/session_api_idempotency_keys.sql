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
