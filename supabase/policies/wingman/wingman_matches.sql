-- wingman_matches: its two users read it; matching itself happens elsewhere, so nobody writes here.

create or replace function session_api.my_match_ids()
returns setof uuid
language plpgsql
stable
-- the planner would assume 1,000 rows, and overestimate every query that calls this
rows 10
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := session_api.caller_id();
begin
  return query
    select match.id from public.wingman_matches as match where match.user1_id = me
    union all
    select match.id from public.wingman_matches as match where match.user2_id = me;
end
$$;
comment on function session_api.my_match_ids() is 'the caller''s matches, whatever their status. In a policy always as = any (array(select session_api.my_match_ids())): computed once, and the index on match_id serves it';
revoke execute on function session_api.my_match_ids() from public, anon, authenticated, service_role, session_api;
grant execute on function session_api.my_match_ids() to authenticated, session_api;

alter table public.wingman_matches enable row level security;
revoke all on public.wingman_matches from public, anon, authenticated, service_role, session_api;
grant select (id, user1_id, user2_id, status, created_at) on public.wingman_matches to authenticated;
grant select (id, user1_id, user2_id, status) on public.wingman_matches to session_api;
-- no insert, update or delete grant: no endpoint makes or changes a match

drop policy if exists select_joined on public.wingman_matches;
create policy select_joined on public.wingman_matches
  for select to authenticated, session_api
  using (user1_id = (select session_api.caller_id()) or user2_id = (select session_api.caller_id()));
comment on policy select_joined on public.wingman_matches is 'a match is read by its two users';

drop policy if exists select_unestimated on public.wingman_matches;
create policy select_unestimated on public.wingman_matches
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.wingman_matches is 'users learn no estimate of rows that they may not read, and one read is bounded';
