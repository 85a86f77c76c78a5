-- The two people of a match learn each other's name, and nothing else of the row that it is in.
create or replace function session_api.participant_name(person uuid)
returns text
language plpgsql
stable
-- security definer: the row is the project's, whose policies need not show it to anybody else
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := session_api.caller_id();
begin
  if person is distinct from me and not exists (
    select from public.wingman_matches as match
    where match.status is distinct from 'declined'
      and ((match.user1_id = me and match.user2_id = person) or (match.user2_id = me and match.user1_id = person))
  ) then
    return 'Unknown';
  end if;
  return coalesce(
    (select session_api.clean_name(profile.{column}::text) from {table} as profile where profile.{key} = person limit 1),
    'Unknown'
  );
end
$$;
comment on function session_api.participant_name(uuid) is 'the name of the caller or of somebody they have a match with, from {title}';
revoke execute on function session_api.participant_name(uuid) from public, anon, authenticated, service_role, session_api;
grant execute on function session_api.participant_name(uuid) to authenticated, session_api;
