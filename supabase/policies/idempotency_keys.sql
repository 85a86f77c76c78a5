-- idempotency_keys: the API's own memory of what it created for a user; nobody reads it directly.

alter table public.idempotency_keys enable row level security;
revoke all on public.idempotency_keys from public, anon, authenticated, service_role, session_api;
grant select (id, user_id, key, fingerprint, row_id, answer, created_at) on public.idempotency_keys to session_api;
-- not granted: created_at; the database's clock says when a key is forgotten
grant insert (user_id, key, fingerprint, row_id) on public.idempotency_keys to session_api;
-- not granted: what was asked and what was created stay what they were
grant update (answer) on public.idempotency_keys to session_api;
grant delete on public.idempotency_keys to session_api;
-- nothing for authenticated: a browser has its answers

drop policy if exists select_own on public.idempotency_keys;
create policy select_own on public.idempotency_keys
  for select to session_api
  using (user_id = (select private.caller_id()));
comment on policy select_own on public.idempotency_keys is 'the API looks up the caller''s keys';

drop policy if exists insert_own on public.idempotency_keys;
create policy insert_own on public.idempotency_keys
  for insert to session_api
  with check (user_id = (select private.caller_id()));
comment on policy insert_own on public.idempotency_keys is 'the API claims a key for the caller';

drop policy if exists update_own on public.idempotency_keys;
create policy update_own on public.idempotency_keys
  for update to session_api
  using (user_id = (select private.caller_id()))
  with check (user_id = (select private.caller_id()));
comment on policy update_own on public.idempotency_keys is 'the API keeps the answer to the caller''s request';

drop policy if exists delete_own on public.idempotency_keys;
create policy delete_own on public.idempotency_keys
  for delete to session_api
  using (user_id = (select private.caller_id()));
comment on policy delete_own on public.idempotency_keys is 'the API forgets the caller''s keys of yesterday';
