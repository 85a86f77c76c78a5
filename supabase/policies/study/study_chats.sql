-- study_chats: the owner reads them; the pipeline that fills them is not the API, so nobody writes here.

alter table public.study_chats enable row level security;
revoke all on public.study_chats from public, anon, authenticated, service_role, session_api;
grant select (id, profile_id, session_id, title, created_at) on public.study_chats to authenticated;
-- nothing for session_api: no endpoint reads or writes chats; they go with their session, by cascade

drop policy if exists select_own on public.study_chats;
create policy select_own on public.study_chats
  for select to authenticated
  using (profile_id = (select session_api.caller_id()));
comment on policy select_own on public.study_chats is 'chats are read by the owner of their session';

drop policy if exists select_unestimated on public.study_chats;
create policy select_unestimated on public.study_chats
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.study_chats is 'users learn no estimate of rows that they may not read, and one read is bounded';
