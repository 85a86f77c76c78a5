-- The planner's estimates come from everybody's rows: with `Prefer: count=planned`, a filter on another user's id told how
-- many rows that user has, and a filter on a text whether anybody wrote it. PostgREST has no setting against it. So each
-- table with personal rows has the restrictive policy `select_unestimated`.

create or replace function session_api.is_not_estimated()
returns boolean
language plpgsql
-- immutable, although it reads the statement's text: so the planner calls it once per plan, and it is not called per row
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_query() ~* '^\s*explain' then
    raise insufficient_privilege using
      message = 'the planner''s estimates are not for users',
      hint = 'Ask for an exact count.';
  end if;
  return true;
end
$$;
comment on function session_api.is_not_estimated() is 'true, and an error while the statement is being explained';
revoke execute on function session_api.is_not_estimated() from public, anon, authenticated, service_role, session_api;
grant execute on function session_api.is_not_estimated() to authenticated;
-- not for session_api: no user holds its token, and the API only asks for exact counts
