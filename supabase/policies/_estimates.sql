-- The planner's guesses come from everybody's rows: `Prefer: count=planned` with a filter on another user's id told how
-- many rows that user has, and with a filter on a text whether anybody wrote it. PostgREST has no setting against it.

create or replace function private.is_not_estimated()
returns boolean
language plpgsql
-- immutable, though it reads the statement's text: so that the planner calls it, once a plan, and no row ever pays for it
immutable
security invoker
set search_path = ''
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
comment on function private.is_not_estimated() is 'true, and an error while the statement is being explained';
revoke execute on function private.is_not_estimated() from public, anon, authenticated, service_role, session_api;
grant execute on function private.is_not_estimated() to authenticated;
-- not for session_api: no user holds its token, and the API asks for exact counts only

do $$
declare
  personal text;
begin
  -- every table that users read, but for approach_challenges, whose rows everybody may count
  foreach personal in array array[
    'chat_messages', 'chat_sessions', 'interview_sessions', 'job_postings', 'study_chats', 'study_chunks',
    'study_documents', 'study_messages', 'study_sessions', 'study_topics', 'user_profiles', 'wingman_matches',
    'wingman_sessions'
  ] loop
    execute format('drop policy if exists select_unestimated on public.%I', personal);
    execute format(
      'create policy select_unestimated on public.%I as restrictive for select to authenticated using (private.is_not_estimated())',
      personal
    );
    execute format(
      'comment on policy select_unestimated on public.%I is %L',
      personal, 'users count the rows they may read, and learn no estimate of those they may not'
    );
  end loop;
end
$$;
