-- wingman_sessions: read by the match's two users, written by the API for one of them.

alter table public.wingman_sessions enable row level security;
revoke all on public.wingman_sessions from public, anon, authenticated, service_role, session_api;
grant select (
  id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, status, completed_at,
  user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, notes, created_at
) on public.wingman_sessions to authenticated, session_api;
-- not granted: id, status, confirmations, created_at; a new session has the defaults
grant insert (match_id, venue_name, scheduled_time, user1_challenge_id, user2_challenge_id)
  on public.wingman_sessions to session_api;
-- not granted: match, challenges, venue and time; a session is cancelled and scheduled anew
grant update (status, completed_at, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, notes)
  on public.wingman_sessions to session_api;
-- no delete grant: a session is cancelled, never deleted
-- nothing to write for authenticated: confirming, cancelling and scheduling have rules, and the rules live in the API

drop policy if exists select_joined on public.wingman_sessions;
create policy select_joined on public.wingman_sessions
  for select to authenticated, session_api
  using (match_id = any (array(select private.my_match_ids())));
comment on policy select_joined on public.wingman_sessions is 'a session is read by the two users of its match';

drop policy if exists insert_joined on public.wingman_sessions;
create policy insert_joined on public.wingman_sessions
  for insert to session_api
  with check (
    match_id = any (array(select private.my_match_ids()))
    and exists (
      select from public.wingman_matches as match
      where match.id = wingman_sessions.match_id and match.status = 'accepted'
    )
  );
comment on policy insert_joined on public.wingman_sessions is 'the API schedules a session for the caller''s own match, once it is accepted';

drop policy if exists update_joined on public.wingman_sessions;
create policy update_joined on public.wingman_sessions
  for update to session_api
  using (match_id = any (array(select private.my_match_ids())))
  with check (match_id = any (array(select private.my_match_ids())));
comment on policy update_joined on public.wingman_sessions is 'the API changes a session for one of its two users';
