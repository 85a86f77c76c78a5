-- interview_sessions: the owner's, read directly, created through the API.

alter table public.interview_sessions enable row level security;
revoke all on public.interview_sessions from public, anon, authenticated, service_role, session_api;
grant select (id, user_id, job_posting_id, status, current_question_number, created_at, updated_at)
  on public.interview_sessions to authenticated, session_api;
-- not granted: status and question number; an interview begins active, at question 0
grant insert (user_id, job_posting_id) on public.interview_sessions to session_api;
-- no update or delete grant: no endpoint does either

drop policy if exists select_own on public.interview_sessions;
create policy select_own on public.interview_sessions
  for select to authenticated, session_api
  using (user_id = (select private.caller_id()));
comment on policy select_own on public.interview_sessions is 'an interview session is read by its owner';

drop policy if exists insert_own on public.interview_sessions;
create policy insert_own on public.interview_sessions
  for insert to session_api
  with check (user_id = (select private.caller_id()));
comment on policy insert_own on public.interview_sessions is 'the API starts an interview for the caller; that the posting is theirs too is a foreign key';
