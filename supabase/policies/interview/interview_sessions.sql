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
  using (user_id = (select session_api.caller_id()));
comment on policy select_own on public.interview_sessions is 'an interview session is read by its owner';

drop policy if exists select_unestimated on public.interview_sessions;
create policy select_unestimated on public.interview_sessions
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.interview_sessions is 'users learn no estimate of rows that they may not read, and one read is bounded';

drop policy if exists insert_own on public.interview_sessions;
create policy insert_own on public.interview_sessions
  for insert to session_api
  with check (user_id = (select session_api.caller_id()));
comment on policy insert_own on public.interview_sessions is 'the API starts an interview for the caller; that the posting is theirs too is a foreign key';

-- 404 or 403: row-level security hides both a missing and another user's row, and only the API may ask which it is.
create or replace function public.interview_session_exists(session_id uuid)
returns boolean
language plpgsql
stable
-- security definer: it asks about a row that the caller may not see; it tells only whether there is one, and only the API
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from public.interview_sessions as session where session.id = interview_session_exists.session_id
  );
end
$$;
comment on function public.interview_session_exists(uuid) is 'whether an interview session exists, visible to the caller or not';
revoke execute on function public.interview_session_exists(uuid) from public, anon, authenticated, service_role, session_api;
grant execute on function public.interview_session_exists(uuid) to session_api;

-- before insert and first by name: a repeated request must fail on its key, not on what the first one has created
create or replace trigger claim_idempotency_key before insert on public.interview_sessions
  for each row execute function session_api.claim_idempotency_key();
create or replace trigger erase_answers after delete on public.interview_sessions
  referencing old table as erased for each statement execute function session_api.erase_answers();

create or replace trigger set_updated_at before update on public.interview_sessions
  for each row execute function session_api.set_updated_at();

-- pages follow this table live: `postgres_changes` reads each changed row as the subscriber
select session_api.publish('public.interview_sessions');
