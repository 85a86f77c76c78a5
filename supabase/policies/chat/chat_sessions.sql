-- chat_sessions: the owner's, read directly, created, renamed and deleted through the API.

alter table public.chat_sessions enable row level security;
revoke all on public.chat_sessions from public, anon, authenticated, service_role, session_api;
grant select (id, user_id, title, message_count, created_at, last_updated)
  on public.chat_sessions to authenticated, session_api;
-- not granted: message_count and last_updated; the trigger on chat_messages keeps them
grant insert (user_id, title) on public.chat_sessions to session_api;
grant update (title) on public.chat_sessions to session_api;
grant delete on public.chat_sessions to session_api;

drop policy if exists select_own on public.chat_sessions;
create policy select_own on public.chat_sessions
  for select to authenticated, session_api
  using (user_id = (select session_api.caller_id()));
comment on policy select_own on public.chat_sessions is 'a chat session is read by its owner';

drop policy if exists select_unestimated on public.chat_sessions;
create policy select_unestimated on public.chat_sessions
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.chat_sessions is 'users learn no estimate of rows that they may not read, and one read is bounded';

drop policy if exists insert_own on public.chat_sessions;
create policy insert_own on public.chat_sessions
  for insert to session_api
  with check (user_id = (select session_api.caller_id()));
comment on policy insert_own on public.chat_sessions is 'the API opens a chat session for the caller';

drop policy if exists update_own on public.chat_sessions;
create policy update_own on public.chat_sessions
  for update to session_api
  using (user_id = (select session_api.caller_id()))
  with check (user_id = (select session_api.caller_id()));
comment on policy update_own on public.chat_sessions is 'the API renames a chat session for its owner';

drop policy if exists delete_own on public.chat_sessions;
create policy delete_own on public.chat_sessions
  for delete to session_api
  using (user_id = (select session_api.caller_id()));
comment on policy delete_own on public.chat_sessions is 'the API deletes a chat session for its owner, with its messages';

-- 404 or 403: row-level security hides both a missing and another user's row, and only the API may ask which it is.
create or replace function public.chat_session_exists(session_id uuid)
returns boolean
language plpgsql
stable
-- security definer: it asks about a row that the caller may not see; it tells only whether there is one, and only the API
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from public.chat_sessions as session where session.id = chat_session_exists.session_id
  );
end
$$;
comment on function public.chat_session_exists(uuid) is 'whether a chat session exists, visible to the caller or not';
revoke execute on function public.chat_session_exists(uuid) from public, anon, authenticated, service_role, session_api;
grant execute on function public.chat_session_exists(uuid) to session_api;

-- before insert and first by name: a repeated request must fail on its key, not on what the first one has created
create or replace trigger claim_idempotency_key before insert on public.chat_sessions
  for each row execute function session_api.claim_idempotency_key();
create or replace trigger erase_answers after delete on public.chat_sessions
  referencing old table as erased for each statement execute function session_api.erase_answers();

-- pages follow this table live: `postgres_changes` reads each changed row as the subscriber
select session_api.publish('public.chat_sessions');
