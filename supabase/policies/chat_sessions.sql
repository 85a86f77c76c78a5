-- chat_sessions: the owner's, read directly, created through the API.

alter table public.chat_sessions enable row level security;
revoke all on public.chat_sessions from public, anon, authenticated, service_role, session_api;
grant select (id, user_id, title, message_count, created_at, last_updated)
  on public.chat_sessions to authenticated, session_api;
-- not granted: message_count and last_updated; the trigger on chat_messages keeps them
grant insert (user_id, title) on public.chat_sessions to session_api;
-- no update or delete grant: no endpoint does either

drop policy if exists select_own on public.chat_sessions;
create policy select_own on public.chat_sessions
  for select to authenticated, session_api
  using (user_id = (select private.caller_id()));
comment on policy select_own on public.chat_sessions is 'a chat session is read by its owner';

drop policy if exists insert_own on public.chat_sessions;
create policy insert_own on public.chat_sessions
  for insert to session_api
  with check (user_id = (select private.caller_id()));
comment on policy insert_own on public.chat_sessions is 'the API opens a chat session for the caller';
