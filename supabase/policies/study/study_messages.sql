-- study_messages: the owner reads them; the pipeline that fills them is not the API, so nobody writes here.

alter table public.study_messages enable row level security;
revoke all on public.study_messages from public, anon, authenticated, service_role, session_api;
grant select (id, profile_id, chat_id, role, content, created_at) on public.study_messages to authenticated;
-- nothing for session_api: no endpoint reads or writes messages; they go with their session, by cascade

drop policy if exists select_own on public.study_messages;
create policy select_own on public.study_messages
  for select to authenticated
  using (profile_id = (select session_api.caller_id()));
comment on policy select_own on public.study_messages is 'messages are read by the owner of their session';

drop policy if exists select_unestimated on public.study_messages;
create policy select_unestimated on public.study_messages
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.study_messages is 'users learn no estimate of rows that they may not read, and one read is bounded';
