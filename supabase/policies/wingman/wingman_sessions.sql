-- wingman_sessions: read by the match's two users, written by the API for one of them.

alter table public.wingman_sessions enable row level security;
revoke all on public.wingman_sessions from public, anon, authenticated, service_role, session_api;
grant select (
  id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, status, completed_at,
  user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, notes, created_at, absent
) on public.wingman_sessions to authenticated, session_api;
-- not granted: id, status, confirmations, created_at; a new session has the defaults
grant insert (match_id, venue_name, scheduled_time, user1_challenge_id, user2_challenge_id)
  on public.wingman_sessions to session_api;
-- not granted: match, challenges, venue and time; to change them, a session is cancelled and a new one scheduled
grant update (status, completed_at, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, notes, absent)
  on public.wingman_sessions to session_api;
-- no delete grant: a session is cancelled, never deleted
-- no write grant for authenticated: confirming, cancelling and scheduling have rules, which only the API enforces

drop policy if exists select_joined on public.wingman_sessions;
create policy select_joined on public.wingman_sessions
  for select to authenticated, session_api
  using (match_id = any (array(select session_api.my_match_ids())));
comment on policy select_joined on public.wingman_sessions is 'a session is read by the two users of its match';

drop policy if exists select_unestimated on public.wingman_sessions;
create policy select_unestimated on public.wingman_sessions
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.wingman_sessions is 'users learn no estimate of rows that they may not read, and one read is bounded';

drop policy if exists insert_joined on public.wingman_sessions;
create policy insert_joined on public.wingman_sessions
  for insert to session_api
  with check (
    match_id = any (array(select session_api.my_match_ids()))
    and exists (
      select from public.wingman_matches as match
      where match.id = wingman_sessions.match_id and match.status = 'accepted'
    )
  );
comment on policy insert_joined on public.wingman_sessions is 'the API schedules a session for the caller''s own match, once it is accepted';

drop policy if exists update_joined on public.wingman_sessions;
create policy update_joined on public.wingman_sessions
  for update to session_api
  using (match_id = any (array(select session_api.my_match_ids())))
  with check (match_id = any (array(select session_api.my_match_ids())));
comment on policy update_joined on public.wingman_sessions is 'the API changes a session for one of its two users';

create or replace function public.confirm_wingman_session(session_id uuid, buddy_id uuid default null)
returns table (status text, completed_at timestamptz)
language plpgsql
volatile
rows 1
-- the caller's own policies decide which session, and api/sessions/wingman/rules.py says why nothing was written
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := session_api.caller_id();
begin
  return query
    update public.wingman_sessions as session
    set
      user1_completed_confirmed_by_user2 = session.user1_completed_confirmed_by_user2 or me = match.user2_id,
      user2_completed_confirmed_by_user1 = session.user2_completed_confirmed_by_user1 or me = match.user1_id,
      -- the caller has not confirmed yet, so whoever has is the buddy
      status = case
        when session.user1_completed_confirmed_by_user2 or session.user2_completed_confirmed_by_user1 then 'completed'
        else session.status
      end,
      completed_at = case
        when session.user1_completed_confirmed_by_user2 or session.user2_completed_confirmed_by_user1 then now()
      end
    from public.wingman_matches as match
    where session.id = confirm_wingman_session.session_id
      and session.match_id = match.id
      and session.status in ('scheduled', 'in_progress')
      and session.scheduled_time <= now()
      and match.status = 'accepted'
      and case me
        when match.user1_id then
          not session.user2_completed_confirmed_by_user1 and (buddy_id is null or buddy_id = match.user2_id)
        when match.user2_id then
          not session.user1_completed_confirmed_by_user2 and (buddy_id is null or buddy_id = match.user1_id)
      end
    returning session.status::text, session.completed_at;
end
$$;
comment on function public.confirm_wingman_session(uuid, uuid) is 'confirms the caller''s buddy, and completes the session if that was the second confirmation; no row when there is nothing to confirm';
revoke execute on function public.confirm_wingman_session(uuid, uuid) from public, anon, authenticated, service_role, session_api;
grant execute on function public.confirm_wingman_session(uuid, uuid) to session_api;

create or replace function public.cancel_wingman_session(session_id uuid)
returns table (status text)
language plpgsql
volatile
rows 1
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := session_api.caller_id();
begin
  return query
    update public.wingman_sessions as session
    set status = 'cancelled'
    from public.wingman_matches as match
    where session.id = cancel_wingman_session.session_id
      and session.match_id = match.id
      and me in (match.user1_id, match.user2_id)
      and session.status in ('scheduled', 'in_progress')
      and session.scheduled_time > now()
      -- now() is when this began: whoever confirmed while it waited for the row did so after the scheduled time
      and not (session.user1_completed_confirmed_by_user2 or session.user2_completed_confirmed_by_user1)
    returning session.status::text;
end
$$;
comment on function public.cancel_wingman_session(uuid) is 'calls the session off before its time; no row when that cannot be done';
revoke execute on function public.cancel_wingman_session(uuid) from public, anon, authenticated, service_role, session_api;
grant execute on function public.cancel_wingman_session(uuid) to session_api;

create or replace function public.report_wingman_no_show(session_id uuid)
returns table (status text, absent text)
language plpgsql
volatile
rows 1
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := session_api.caller_id();
begin
  return query
    update public.wingman_sessions as session
    set
      status = 'no_show',
      absent = case me when match.user1_id then 'user2' else 'user1' end
    from public.wingman_matches as match
    where session.id = report_wingman_no_show.session_id
      and session.match_id = match.id
      and me in (match.user1_id, match.user2_id)
      and session.status in ('scheduled', 'in_progress')
      and session.scheduled_time <= now()
    returning session.status::text, session.absent;
end
$$;
comment on function public.report_wingman_no_show(uuid) is 'ends the session as a no-show: the caller says that the other did not come; no row when that cannot be done';
revoke execute on function public.report_wingman_no_show(uuid) from public, anon, authenticated, service_role, session_api;
grant execute on function public.report_wingman_no_show(uuid) to session_api;

create or replace function public.write_wingman_notes(session_id uuid, notes text, versions text default null)
returns table (details json)
language plpgsql
volatile
rows 1
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := session_api.caller_id();
begin
  update public.wingman_sessions as session
  set notes = write_wingman_notes.notes
  from public.wingman_matches as match
  where session.id = write_wingman_notes.session_id
    and session.match_id = match.id
    and me in (match.user1_id, match.user2_id)
    and match.status = 'accepted'
    and (
      versions is null
      -- of the row itself, so that it is asked again of what somebody wrote while this waited for the row
      or session_api.wingman_session_version(
        session.status, session.user1_completed_confirmed_by_user2, session.user2_completed_confirmed_by_user1,
        session.absent, session.notes
      ) = any (string_to_array(versions, ','))
    );
  if found then
    return query
      select to_json(session) from public.wingman_session_details as session where session.id = session_id;
  end if;
end
$$;
comment on function public.write_wingman_notes(uuid, text, text) is 'replaces the session''s notes if it is in one of these versions, separated by commas, or in any; returns its details, no row when that cannot be done';
revoke execute on function public.write_wingman_notes(uuid, text, text) from public, anon, authenticated, service_role, session_api;
grant execute on function public.write_wingman_notes(uuid, text, text) to session_api;

-- 404 or 403: row-level security hides both a missing and another user's row, and only the API may ask which it is.
create or replace function public.wingman_session_exists(session_id uuid)
returns boolean
language plpgsql
stable
-- security definer: it asks about a row that the caller may not see; it tells only whether there is one, and only the API
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from public.wingman_sessions as session where session.id = wingman_session_exists.session_id
  );
end
$$;
comment on function public.wingman_session_exists(uuid) is 'whether a wingman session exists, visible to the caller or not';
revoke execute on function public.wingman_session_exists(uuid) from public, anon, authenticated, service_role, session_api;
grant execute on function public.wingman_session_exists(uuid) to session_api;

-- before insert and first by name: a repeated request must fail on its key, not on what the first one has created
create or replace trigger claim_idempotency_key before insert on public.wingman_sessions
  for each row execute function session_api.claim_idempotency_key();
create or replace trigger erase_answers after delete on public.wingman_sessions
  referencing old table as erased for each statement execute function session_api.erase_answers();

-- pages follow this table live: `postgres_changes` reads each changed row as the subscriber
select session_api.publish('public.wingman_sessions');
