-- wingman_session_details: one session with its people and their challenges, in one request.
-- security_invoker: it shows what the caller's own policies on the tables below it show.
-- Sub-selects rather than joins: people and challenges are looked up for the rows of a page alone, and never to count.

create or replace view public.wingman_session_details
with (security_invoker = true)
as
select
  session.id,
  session.match_id,
  session.venue_name,
  session.scheduled_time,
  session.status,
  session.notes,
  json_build_object(
    'user1', json_build_object(
      'id', match.user1_id,
      'name', (
        select profile.first_name from public.user_profiles as profile where profile.id = match.user1_id
      ),
      'challenge', (
        select json_build_object(
          'id', challenge.id,
          'title', challenge.title,
          'description', challenge.description,
          'difficulty', challenge.difficulty,
          'points', challenge.points
        )
        from public.approach_challenges as challenge
        where challenge.id = session.user1_challenge_id
      ),
      'confirmed', session.user1_completed_confirmed_by_user2
    ),
    'user2', json_build_object(
      'id', match.user2_id,
      'name', (
        select profile.first_name from public.user_profiles as profile where profile.id = match.user2_id
      ),
      'challenge', (
        select json_build_object(
          'id', challenge.id,
          'title', challenge.title,
          'description', challenge.description,
          'difficulty', challenge.difficulty,
          'points', challenge.points
        )
        from public.approach_challenges as challenge
        where challenge.id = session.user2_challenge_id
      ),
      'confirmed', session.user2_completed_confirmed_by_user1
    )
  ) as participants,
  session.completed_at,
  session.created_at,
  match.user1_id,
  match.user2_id,
  session.user1_completed_confirmed_by_user2,
  session.user2_completed_confirmed_by_user1,
  session.scheduled_time <= now() as due
from public.wingman_sessions as session
join public.wingman_matches as match on match.id = session.match_id;
comment on view public.wingman_session_details is 'a wingman session with its participants and their challenges; `due` tells, by the database''s clock, whether its time has come';
revoke all on public.wingman_session_details from public, anon, authenticated, service_role, session_api;
grant select (
  id, match_id, venue_name, scheduled_time, status, notes, participants, completed_at, created_at,
  user1_id, user2_id, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, due
) on public.wingman_session_details to authenticated, session_api;
