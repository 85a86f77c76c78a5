-- 404 or 403: row-level security hides a row either way, and only the API may ask which it was.

create or replace function public.session_exists(kind text, session_id uuid)
returns boolean
language plpgsql
stable
-- security definer: the question is about rows that the caller may not see; the answer is one bit, and only the API's role may ask
security definer
set search_path = ''
as $$
begin
  return case kind
    when 'study' then exists (select from public.study_sessions as session where session.id = session_id)
    when 'interview' then exists (select from public.interview_sessions as session where session.id = session_id)
    when 'chat' then exists (select from public.chat_sessions as session where session.id = session_id)
    when 'wingman' then exists (select from public.wingman_sessions as session where session.id = session_id)
    else false
  end;
end
$$;
comment on function public.session_exists(text, uuid) is 'whether a session of this kind exists, visible to the caller or not';
revoke execute on function public.session_exists(text, uuid) from public, anon, authenticated, service_role, session_api;
grant execute on function public.session_exists(text, uuid) to session_api;
