-- wingman_session_details: one session with its people and their challenges, in one request.
-- security_invoker: it shows what the caller's own policies on the tables below it show.
-- People and challenges are looked up in a sub-select: only for the rows of a page, and not for a count. One sub-select, not
-- four: with one, Postgres plans the statement once per connection; with four it plans it again for each request.

-- Changes with everything that people can change in a session. The ETag is made from it, so an older `If-Match` then fails.
create or replace function session_api.wingman_session_version(
  status text,
  user1_confirmed boolean,
  user2_confirmed boolean,
  absent text,
  notes text
)
returns text
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  return left(
    encode(
      sha256(convert_to(jsonb_build_array(status, user1_confirmed, user2_confirmed, absent, notes)::text, 'UTF8')),
      'hex'
    ),
    32
  );
end
$$;
comment on function session_api.wingman_session_version(text, boolean, boolean, text, text) is 'a hash of what people can change of a wingman session';
revoke execute on function session_api.wingman_session_version(text, boolean, boolean, text, text) from public, anon, authenticated, service_role, session_api;
grant execute on function session_api.wingman_session_version(text, boolean, boolean, text, text) to authenticated, session_api;

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
        'name', coalesce(profile1.first_name, 'Unknown'),
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
        'name', coalesce(profile2.first_name, 'Unknown'),
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
  session.scheduled_time <= now() as due,
  match.status = 'accepted' as accepted,
  session.absent,
  case (select session_api.caller_id()) when match.user1_id then 'user1' when match.user2_id then 'user2' end as you,
  -- what api/sessions/wingman/rules.py says of the caller
  session.status in ('scheduled', 'in_progress') and session.scheduled_time <= now() and match.status = 'accepted'
    and case (select session_api.caller_id())
      when match.user1_id then not session.user2_completed_confirmed_by_user1
      when match.user2_id then not session.user1_completed_confirmed_by_user2
      else false
    end as can_confirm,
  session.status in ('scheduled', 'in_progress') and session.scheduled_time > now()
    and not (session.user1_completed_confirmed_by_user2 or session.user2_completed_confirmed_by_user1)
    and (select session_api.caller_id()) in (match.user1_id, match.user2_id) as can_cancel,
  session.status in ('scheduled', 'in_progress') and session.scheduled_time <= now()
    and (select session_api.caller_id()) in (match.user1_id, match.user2_id) as can_report_no_show,
  session_api.wingman_session_version(
    session.status, session.user1_completed_confirmed_by_user2, session.user2_completed_confirmed_by_user1,
    session.absent, session.notes
  ) as version
from public.wingman_sessions as session
join public.wingman_matches as match on match.id = session.match_id;
comment on view public.wingman_session_details is 'a wingman session with its participants and their challenges; by the database''s clock, `due` tells whether its time has come, `can_…` what the caller may do, `version` changes with what people change';
revoke all on public.wingman_session_details from public, anon, authenticated, service_role, session_api;
grant select (
  id, match_id, venue_name, scheduled_time, status, notes, participants, completed_at, created_at,
  user1_id, user2_id, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, due, accepted, absent, you,
  can_confirm, can_cancel, can_report_no_show, version
) on public.wingman_session_details to authenticated, session_api;
-- no insert, update or delete grant: it is for reading

-- Postgres checks whether a view can be written to before it checks the grants, and PostgREST answers that error with 500.
-- With a trigger it checks the grants first, so that a write is refused like any other; the trigger itself never runs.
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
