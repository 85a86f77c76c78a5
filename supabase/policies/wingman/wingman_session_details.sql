-- wingman_session_details: one session with its people and their challenges, in one request.
-- security_invoker: it shows what the caller's own policies on the tables below it show.
-- People and challenges are looked up in a sub-select: after a page's order and limit, and never to count. In one, not in
-- four: the planner takes its price for a reason to plan the statement once a connection, and not for each request.

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
  (
    select json_build_object(
      'user1', json_build_object(
        'id', match.user1_id,
        'name', profile1.first_name,
        'challenge', json_build_object(
          'id', challenge1.id,
          'title', challenge1.title,
          'description', challenge1.description,
          'difficulty', challenge1.difficulty,
          'points', challenge1.points
        ),
        'confirmed', session.user1_completed_confirmed_by_user2
      ),
      'user2', json_build_object(
        'id', match.user2_id,
        'name', profile2.first_name,
        'challenge', json_build_object(
          'id', challenge2.id,
          'title', challenge2.title,
          'description', challenge2.description,
          'difficulty', challenge2.difficulty,
          'points', challenge2.points
        ),
        'confirmed', session.user2_completed_confirmed_by_user1
      )
    )
    from (select) as one_row
    left join public.user_profiles as profile1 on profile1.id = match.user1_id
    left join public.user_profiles as profile2 on profile2.id = match.user2_id
    left join public.approach_challenges as challenge1 on challenge1.id = session.user1_challenge_id
    left join public.approach_challenges as challenge2 on challenge2.id = session.user2_challenge_id
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
-- no insert, update or delete grant: it is for reading

-- Postgres asks whether a view can be written at all before it asks who is writing, and PostgREST makes a 500 of that. With a
-- trigger it asks for the grant first, so that a write is refused like any other, and the trigger never runs.
create or replace function session_api.refuse_write()
returns trigger
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  raise insufficient_privilege using message = format('%I is for reading', tg_table_name);
end
$$;
comment on function session_api.refuse_write() is 'keeps whoever needs no grant from writing to a view';
revoke execute on function session_api.refuse_write() from public, anon, authenticated, service_role, session_api;
create or replace trigger refuse_write instead of insert or update or delete on public.wingman_session_details
  for each row execute function session_api.refuse_write();
