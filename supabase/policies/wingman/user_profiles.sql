-- user_profiles: the user's own row, written straight from the browser; a match partner may read it.

create or replace function session_api.my_buddy_ids()
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
    select match.user2_id from public.wingman_matches as match where match.user1_id = me and match.status <> 'declined'
    union all
    select match.user1_id from public.wingman_matches as match where match.user2_id = me and match.status <> 'declined';
end
$$;
comment on function session_api.my_buddy_ids() is 'the users the caller has a match with that nobody has declined';
revoke execute on function session_api.my_buddy_ids() from public, anon, authenticated, service_role, session_api;
grant execute on function session_api.my_buddy_ids() to authenticated, session_api;

alter table public.user_profiles enable row level security;
revoke all on public.user_profiles from public, anon, authenticated, service_role, session_api;
grant select (id, first_name, created_at, updated_at) on public.user_profiles to authenticated;
grant insert (id, first_name) on public.user_profiles to authenticated;
grant update (first_name) on public.user_profiles to authenticated;
-- no delete grant: matches and the partner's sessions refer to a profile, so it is deleted only with its account
grant select (id, first_name) on public.user_profiles to session_api;

drop policy if exists select_own_or_joined on public.user_profiles;
create policy select_own_or_joined on public.user_profiles
  for select to authenticated, session_api
  using (
    id = (select session_api.caller_id())
    or id = any (array(select session_api.my_buddy_ids()))
  );
comment on policy select_own_or_joined on public.user_profiles is 'a user reads their own profile and those of their match partners, unless the match is declined';

drop policy if exists select_unestimated on public.user_profiles;
create policy select_unestimated on public.user_profiles
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.user_profiles is 'users learn no estimate of rows that they may not read, and one read is bounded';

drop policy if exists insert_self on public.user_profiles;
create policy insert_self on public.user_profiles
  for insert to authenticated
  with check (id = (select session_api.caller_id()));
comment on policy insert_self on public.user_profiles is 'a user makes their own profile, nobody else''s';

drop policy if exists update_self on public.user_profiles;
create policy update_self on public.user_profiles
  for update to authenticated
  using (id = (select session_api.caller_id()))
  with check (id = (select session_api.caller_id()));
comment on policy update_self on public.user_profiles is 'a user changes their own profile, nobody else''s';

create or replace trigger set_updated_at before update on public.user_profiles
  for each row execute function session_api.set_updated_at();
