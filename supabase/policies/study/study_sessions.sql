-- study_sessions: the owner's, read directly, written through the API (its status has a flow).

alter table public.study_sessions enable row level security;
revoke all on public.study_sessions from public, anon, authenticated, service_role, session_api;
grant select (id, profile_id, title, description, status, draft_plan, created_at, updated_at)
  on public.study_sessions to authenticated, session_api;
-- not granted: status (a session starts as UPLOADING), timestamps
grant insert (profile_id, title, description) on public.study_sessions to session_api;
grant update (title, description, status, draft_plan) on public.study_sessions to session_api;
grant delete on public.study_sessions to session_api;

drop policy if exists select_own on public.study_sessions;
create policy select_own on public.study_sessions
  for select to authenticated, session_api
  using (profile_id = (select session_api.caller_id()));
comment on policy select_own on public.study_sessions is 'a study session is read by its owner';

drop policy if exists select_unestimated on public.study_sessions;
create policy select_unestimated on public.study_sessions
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.study_sessions is 'users learn no estimate of rows that they may not read, and one read is bounded';

drop policy if exists insert_own on public.study_sessions;
create policy insert_own on public.study_sessions
  for insert to session_api
  with check (profile_id = (select session_api.caller_id()));
comment on policy insert_own on public.study_sessions is 'the API creates a study session for the caller';

drop policy if exists update_own on public.study_sessions;
create policy update_own on public.study_sessions
  for update to session_api
  using (profile_id = (select session_api.caller_id()))
  with check (profile_id = (select session_api.caller_id()));
comment on policy update_own on public.study_sessions is 'the API changes a study session for its owner';

drop policy if exists delete_own on public.study_sessions;
create policy delete_own on public.study_sessions
  for delete to session_api
  using (profile_id = (select session_api.caller_id()));
comment on policy delete_own on public.study_sessions is 'the API deletes a study session for its owner';

-- 404 or 403: row-level security hides both a missing and another user's row, and only the API may ask which it is.
create or replace function public.study_session_exists(session_id uuid)
returns boolean
language plpgsql
stable
-- security definer: it asks about a row that the caller may not see; it tells only whether there is one, and only the API
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from public.study_sessions as session where session.id = study_session_exists.session_id
  );
end
$$;
comment on function public.study_session_exists(uuid) is 'whether a study session exists, visible to the caller or not';
revoke execute on function public.study_session_exists(uuid) from public, anon, authenticated, service_role, session_api;
grant execute on function public.study_session_exists(uuid) to session_api;

-- before insert and first by name: a repeated request must fail on its key, not on what the first one has created
create or replace trigger claim_idempotency_key before insert on public.study_sessions
  for each row execute function session_api.claim_idempotency_key();
create or replace trigger erase_answers after delete on public.study_sessions
  referencing old table as erased for each statement execute function session_api.erase_answers();

create or replace trigger set_updated_at before update on public.study_sessions
  for each row execute function session_api.set_updated_at();

-- pages follow this table live: `postgres_changes` reads each changed row as the subscriber
select session_api.publish('public.study_sessions');
