-- study_sessions: the owner's, read directly, written through the API (its status has a flow).

alter table public.study_sessions enable row level security;
revoke all on public.study_sessions from public, anon, authenticated, service_role, session_api;
grant select (id, profile_id, title, description, status, draft_plan, created_at, updated_at)
  on public.study_sessions to authenticated, session_api;
-- not granted: status (a session is born UPLOADING), timestamps
grant insert (profile_id, title, description) on public.study_sessions to session_api;
grant update (title, description, status, draft_plan) on public.study_sessions to session_api;
grant delete on public.study_sessions to session_api;

drop policy if exists select_own on public.study_sessions;
create policy select_own on public.study_sessions
  for select to authenticated, session_api
  using (profile_id = (select private.caller_id()));
comment on policy select_own on public.study_sessions is 'a study session is read by its owner';

drop policy if exists insert_own on public.study_sessions;
create policy insert_own on public.study_sessions
  for insert to session_api
  with check (profile_id = (select private.caller_id()));
comment on policy insert_own on public.study_sessions is 'the API creates a study session for the caller';

drop policy if exists update_own on public.study_sessions;
create policy update_own on public.study_sessions
  for update to session_api
  using (profile_id = (select private.caller_id()))
  with check (profile_id = (select private.caller_id()));
comment on policy update_own on public.study_sessions is 'the API changes a study session for its owner';

drop policy if exists delete_own on public.study_sessions;
create policy delete_own on public.study_sessions
  for delete to session_api
  using (profile_id = (select private.caller_id()));
comment on policy delete_own on public.study_sessions is 'the API deletes a study session for its owner';
