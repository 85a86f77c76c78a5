-- The state of supabase/policies/, which is what to read and to change.
-- `make policies` wrote this file.

-- What every other policy file stands on: the API's role, the schema of helpers, who the caller is.

do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'session_api') then
    create role session_api nologin noinherit;
  end if;
end
$$;
comment on role session_api is 'the API, acting for one user: token signed by the API alone, under the same row-level security as everybody';
grant session_api to authenticator;
-- no request can hold a connection for long
alter role session_api set statement_timeout = '3s';

-- `private` is never among PostgREST's exposed schemas: what stands in it is called by policies and triggers only
create schema if not exists private;
revoke all on schema private from public, anon, authenticated, service_role, session_api;
grant usage on schema private to authenticated, session_api;
grant usage on schema public to authenticated, session_api;

-- Our own rather than auth.uid(): on hosted Supabase a custom role gets no usage on schema `auth`.
create or replace function private.caller_id()
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  -- after a transaction the setting is '' rather than null
  return (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid;
end
$$;
comment on function private.caller_id() is 'the signed-in user, from the verified token''s `sub`; null when nobody is. In a policy always as (select private.caller_id()): once a query, not once a row';
revoke execute on function private.caller_id() from public, anon, authenticated, service_role, session_api;
grant execute on function private.caller_id() to authenticated, session_api;

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

-- approach_challenges: a catalogue, the same for every signed-in user.

alter table public.approach_challenges enable row level security;
revoke all on public.approach_challenges from public, anon, authenticated, service_role, session_api;
grant select (id, title, description, difficulty, points, created_at) on public.approach_challenges to authenticated;
grant select (id, title, description, difficulty, points) on public.approach_challenges to session_api;
-- no insert, update or delete grant: the catalogue comes with migrations

drop policy if exists select_all on public.approach_challenges;
create policy select_all on public.approach_challenges
  for select to authenticated, session_api
  using (true);
comment on policy select_all on public.approach_challenges is 'every signed-in user reads every challenge: there is nothing personal in one';

-- chat_messages: the session owner's, read directly, posted through the API, never changed.

alter table public.chat_messages enable row level security;
revoke all on public.chat_messages from public, anon, authenticated, service_role, session_api;
grant select (id, user_id, session_id, message_order, role, content, "timestamp")
  on public.chat_messages to authenticated, session_api;
-- not granted: message_order and timestamp; the trigger assigns them under the session's row lock
grant insert (user_id, session_id, role, content) on public.chat_messages to session_api;
-- no update or delete grant: message_order stays dense, so that an offset is a range of it

drop policy if exists select_own on public.chat_messages;
create policy select_own on public.chat_messages
  for select to authenticated, session_api
  using (user_id = (select private.caller_id()));
comment on policy select_own on public.chat_messages is 'messages are read by the owner of their session';

drop policy if exists insert_own on public.chat_messages;
create policy insert_own on public.chat_messages
  for insert to session_api
  with check (user_id = (select private.caller_id()));
comment on policy insert_own on public.chat_messages is 'the API posts messages for the caller; that the session is theirs too is a foreign key';

-- One page of a session's messages and their total, null when the caller has no such session.
-- message_order is dense, 1…n, so an offset is a range of the index, whatever its size and direction.
create or replace function public.chat_message_page(
  session_id uuid,
  page_offset bigint,
  page_limit integer,
  newest_first boolean
)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  total bigint;
  first_order bigint;
  messages json;
begin
  select session.message_count into total
  from public.chat_sessions as session
  where session.id = chat_message_page.session_id;
  if not found then
    return null;
  end if;
  page_offset := least(greatest(page_offset, 0), total);
  page_limit := least(greatest(page_limit, 0), 1000);
  if newest_first then
    first_order := total - page_offset - page_limit + 1;
  else
    first_order := page_offset + 1;
  end if;
  select json_agg(page order by case when newest_first then -page.message_order else page.message_order end)
  into messages
  from (
    select
      message.id, message.session_id, message.user_id, message.message_order, message.role, message.content,
      message."timestamp"
    from public.chat_messages as message
    where message.session_id = chat_message_page.session_id
      and message.message_order between first_order and first_order + page_limit - 1
  ) as page;
  return json_build_object('total', total, 'items', coalesce(messages, '[]'::json));
end
$$;
comment on function public.chat_message_page(uuid, bigint, integer, boolean) is 'one page of a chat session''s messages, {total, items}; null when the caller has no such session';
revoke execute on function public.chat_message_page(uuid, bigint, integer, boolean) from public, anon, authenticated, service_role, session_api;
grant execute on function public.chat_message_page(uuid, bigint, integer, boolean) to session_api;

-- chat_sessions: the owner's, read directly, created through the API.

alter table public.chat_sessions enable row level security;
revoke all on public.chat_sessions from public, anon, authenticated, service_role, session_api;
grant select (id, user_id, title, message_count, created_at, last_updated)
  on public.chat_sessions to authenticated, session_api;
-- not granted: message_count and last_updated; the trigger on chat_messages keeps them
grant insert (user_id, title) on public.chat_sessions to session_api;
-- no update or delete grant: no endpoint does either

drop policy if exists select_own on public.chat_sessions;
create policy select_own on public.chat_sessions
  for select to authenticated, session_api
  using (user_id = (select private.caller_id()));
comment on policy select_own on public.chat_sessions is 'a chat session is read by its owner';

drop policy if exists insert_own on public.chat_sessions;
create policy insert_own on public.chat_sessions
  for insert to session_api
  with check (user_id = (select private.caller_id()));
comment on policy insert_own on public.chat_sessions is 'the API opens a chat session for the caller';

-- idempotency_keys: the API's own memory of what it created for a user; nobody reads it directly.

alter table public.idempotency_keys enable row level security;
revoke all on public.idempotency_keys from public, anon, authenticated, service_role, session_api;
grant select (id, user_id, key, fingerprint, row_id, answer, created_at) on public.idempotency_keys to session_api;
-- not granted: created_at; the database's clock says when a key is forgotten
grant insert (user_id, key, fingerprint, row_id) on public.idempotency_keys to session_api;
-- not granted: what was asked and what was created stay what they were
grant update (answer) on public.idempotency_keys to session_api;
grant delete on public.idempotency_keys to session_api;
-- nothing for authenticated: a browser has its answers

drop policy if exists select_own on public.idempotency_keys;
create policy select_own on public.idempotency_keys
  for select to session_api
  using (user_id = (select private.caller_id()));
comment on policy select_own on public.idempotency_keys is 'the API looks up the caller''s keys';

drop policy if exists insert_own on public.idempotency_keys;
create policy insert_own on public.idempotency_keys
  for insert to session_api
  with check (user_id = (select private.caller_id()));
comment on policy insert_own on public.idempotency_keys is 'the API claims a key for the caller';

drop policy if exists update_own on public.idempotency_keys;
create policy update_own on public.idempotency_keys
  for update to session_api
  using (user_id = (select private.caller_id()))
  with check (user_id = (select private.caller_id()));
comment on policy update_own on public.idempotency_keys is 'the API keeps the answer to the caller''s request';

drop policy if exists delete_own on public.idempotency_keys;
create policy delete_own on public.idempotency_keys
  for delete to session_api
  using (user_id = (select private.caller_id()));
comment on policy delete_own on public.idempotency_keys is 'the API forgets the caller''s keys of yesterday';

-- interview_sessions: the owner's, read directly, created through the API.

alter table public.interview_sessions enable row level security;
revoke all on public.interview_sessions from public, anon, authenticated, service_role, session_api;
grant select (id, user_id, job_posting_id, status, current_question_number, created_at, updated_at)
  on public.interview_sessions to authenticated, session_api;
-- not granted: status and question number; an interview begins active, at question 0
grant insert (user_id, job_posting_id) on public.interview_sessions to session_api;
-- no update or delete grant: no endpoint does either

drop policy if exists select_own on public.interview_sessions;
create policy select_own on public.interview_sessions
  for select to authenticated, session_api
  using (user_id = (select private.caller_id()));
comment on policy select_own on public.interview_sessions is 'an interview session is read by its owner';

drop policy if exists insert_own on public.interview_sessions;
create policy insert_own on public.interview_sessions
  for insert to session_api
  with check (user_id = (select private.caller_id()));
comment on policy insert_own on public.interview_sessions is 'the API starts an interview for the caller; that the posting is theirs too is a foreign key';

-- job_postings: the owner's, written straight from the browser: ownership is the only rule.

alter table public.job_postings enable row level security;
revoke all on public.job_postings from public, anon, authenticated, service_role, session_api;
grant select (id, user_id, title, company, description, created_at, updated_at) on public.job_postings to authenticated;
-- not granted: id; a key of the caller's choosing would tell whether it is taken
grant insert (user_id, title, company, description) on public.job_postings to authenticated;
grant update (title, company, description) on public.job_postings to authenticated;
grant delete on public.job_postings to authenticated;
grant select (id, user_id, title, company) on public.job_postings to session_api;

drop policy if exists select_own on public.job_postings;
create policy select_own on public.job_postings
  for select to authenticated, session_api
  using (user_id = (select private.caller_id()));
comment on policy select_own on public.job_postings is 'a job posting is read by its owner';

drop policy if exists insert_own on public.job_postings;
create policy insert_own on public.job_postings
  for insert to authenticated
  with check (user_id = (select private.caller_id()));
comment on policy insert_own on public.job_postings is 'a user adds job postings of their own';

drop policy if exists update_own on public.job_postings;
create policy update_own on public.job_postings
  for update to authenticated
  using (user_id = (select private.caller_id()))
  with check (user_id = (select private.caller_id()));
comment on policy update_own on public.job_postings is 'a user changes their own job postings';

drop policy if exists delete_own on public.job_postings;
create policy delete_own on public.job_postings
  for delete to authenticated
  using (user_id = (select private.caller_id()));
comment on policy delete_own on public.job_postings is 'a user deletes their own job postings; sessions held for one stay';

-- study_chats: the owner reads them; the pipeline that fills them is not the API, so nobody writes here.

alter table public.study_chats enable row level security;
revoke all on public.study_chats from public, anon, authenticated, service_role, session_api;
grant select (id, profile_id, session_id, title, created_at) on public.study_chats to authenticated;
-- nothing for session_api: no endpoint reads or writes chats; they go with their session, by cascade

drop policy if exists select_own on public.study_chats;
create policy select_own on public.study_chats
  for select to authenticated
  using (profile_id = (select private.caller_id()));
comment on policy select_own on public.study_chats is 'chats are read by the owner of their session';

-- study_chunks: the owner reads them; the pipeline that fills them is not the API, so nobody writes here.

alter table public.study_chunks enable row level security;
revoke all on public.study_chunks from public, anon, authenticated, service_role, session_api;
grant select (id, profile_id, document_id, chunk_index, content, created_at) on public.study_chunks to authenticated;
-- nothing for session_api: no endpoint reads or writes chunks; they go with their session, by cascade

drop policy if exists select_own on public.study_chunks;
create policy select_own on public.study_chunks
  for select to authenticated
  using (profile_id = (select private.caller_id()));
comment on policy select_own on public.study_chunks is 'chunks are read by the owner of their session';

-- study_documents: the owner reads them; the pipeline that fills them is not the API, so nobody writes here.

alter table public.study_documents enable row level security;
revoke all on public.study_documents from public, anon, authenticated, service_role, session_api;
grant select (id, profile_id, session_id, file_name, mime_type, created_at) on public.study_documents to authenticated;
-- nothing for session_api: no endpoint reads or writes documents; they go with their session, by cascade

drop policy if exists select_own on public.study_documents;
create policy select_own on public.study_documents
  for select to authenticated
  using (profile_id = (select private.caller_id()));
comment on policy select_own on public.study_documents is 'documents are read by the owner of their session';

-- study_messages: the owner reads them; the pipeline that fills them is not the API, so nobody writes here.

alter table public.study_messages enable row level security;
revoke all on public.study_messages from public, anon, authenticated, service_role, session_api;
grant select (id, profile_id, chat_id, role, content, created_at) on public.study_messages to authenticated;
-- nothing for session_api: no endpoint reads or writes messages; they go with their session, by cascade

drop policy if exists select_own on public.study_messages;
create policy select_own on public.study_messages
  for select to authenticated
  using (profile_id = (select private.caller_id()));
comment on policy select_own on public.study_messages is 'messages are read by the owner of their session';

-- study_sessions: the owner's, read directly, written through the API (its status has a flow).

alter table public.study_sessions enable row level security;
revoke all on public.study_sessions from public, anon, authenticated, service_role, session_api;
grant select (id, profile_id, title, description, status, draft_plan, created_at, updated_at)
  on public.study_sessions to authenticated, session_api;
-- not granted: status (a session is born UPLOADING), timestamps
grant insert (profile_id, title, description) on public.study_sessions to session_api;
grant update (title, description, status, draft_plan) on public.study_sessions to session_api;
grant delete on public.study_sessions to session_api;

drop policy if exists select_own on public.study_sessions;
create policy select_own on public.study_sessions
  for select to authenticated, session_api
  using (profile_id = (select private.caller_id()));
comment on policy select_own on public.study_sessions is 'a study session is read by its owner';

drop policy if exists insert_own on public.study_sessions;
create policy insert_own on public.study_sessions
  for insert to session_api
  with check (profile_id = (select private.caller_id()));
comment on policy insert_own on public.study_sessions is 'the API creates a study session for the caller';

drop policy if exists update_own on public.study_sessions;
create policy update_own on public.study_sessions
  for update to session_api
  using (profile_id = (select private.caller_id()))
  with check (profile_id = (select private.caller_id()));
comment on policy update_own on public.study_sessions is 'the API changes a study session for its owner';

drop policy if exists delete_own on public.study_sessions;
create policy delete_own on public.study_sessions
  for delete to session_api
  using (profile_id = (select private.caller_id()));
comment on policy delete_own on public.study_sessions is 'the API deletes a study session for its owner';

-- study_topics: the owner reads them; the pipeline that fills them is not the API, so nobody writes here.

alter table public.study_topics enable row level security;
revoke all on public.study_topics from public, anon, authenticated, service_role, session_api;
grant select (id, profile_id, session_id, title, position, created_at) on public.study_topics to authenticated;
-- nothing for session_api: no endpoint reads or writes topics; they go with their session, by cascade

drop policy if exists select_own on public.study_topics;
create policy select_own on public.study_topics
  for select to authenticated
  using (profile_id = (select private.caller_id()));
comment on policy select_own on public.study_topics is 'topics are read by the owner of their session';

-- user_profiles: one's own row, written straight from the browser; a match partner may read it.

create or replace function private.my_buddy_ids()
returns setof uuid
language plpgsql
stable
-- the planner's own guess is a thousand, and whatever asks for them would look dear
rows 10
security invoker
set search_path = ''
as $$
declare
  me constant uuid := private.caller_id();
begin
  return query
    select match.user2_id from public.wingman_matches as match where match.user1_id = me
    union all
    select match.user1_id from public.wingman_matches as match where match.user2_id = me;
end
$$;
comment on function private.my_buddy_ids() is 'the users the caller has a match with, whatever its status';
revoke execute on function private.my_buddy_ids() from public, anon, authenticated, service_role, session_api;
grant execute on function private.my_buddy_ids() to authenticated, session_api;

alter table public.user_profiles enable row level security;
revoke all on public.user_profiles from public, anon, authenticated, service_role, session_api;
grant select (id, first_name, created_at, updated_at) on public.user_profiles to authenticated;
grant insert (id, first_name) on public.user_profiles to authenticated;
grant update (first_name) on public.user_profiles to authenticated;
-- no delete grant: matches and the partner's sessions hang on a profile, so it goes with its account only
grant select (id, first_name) on public.user_profiles to session_api;

drop policy if exists select_own_or_joined on public.user_profiles;
create policy select_own_or_joined on public.user_profiles
  for select to authenticated, session_api
  using (
    id = (select private.caller_id())
    or id = any (array(select private.my_buddy_ids()))
  );
comment on policy select_own_or_joined on public.user_profiles is 'a user reads their own profile and those of their match partners';

drop policy if exists insert_self on public.user_profiles;
create policy insert_self on public.user_profiles
  for insert to authenticated
  with check (id = (select private.caller_id()));
comment on policy insert_self on public.user_profiles is 'a user makes their own profile, nobody else''s';

drop policy if exists update_self on public.user_profiles;
create policy update_self on public.user_profiles
  for update to authenticated
  using (id = (select private.caller_id()))
  with check (id = (select private.caller_id()));
comment on policy update_self on public.user_profiles is 'a user changes their own profile, nobody else''s';

-- wingman_matches: its two users read it; matching itself happens elsewhere, so nobody writes here.

create or replace function private.my_match_ids()
returns setof uuid
language plpgsql
stable
-- the planner's own guess is a thousand, and whatever asks for them would look dear
rows 10
security invoker
set search_path = ''
as $$
declare
  me constant uuid := private.caller_id();
begin
  return query
    select match.id from public.wingman_matches as match where match.user1_id = me
    union all
    select match.id from public.wingman_matches as match where match.user2_id = me;
end
$$;
comment on function private.my_match_ids() is 'the caller''s matches, whatever their status. In a policy always as = any (array(select private.my_match_ids())): computed once, and the index on match_id serves it';
revoke execute on function private.my_match_ids() from public, anon, authenticated, service_role, session_api;
grant execute on function private.my_match_ids() to authenticated, session_api;

alter table public.wingman_matches enable row level security;
revoke all on public.wingman_matches from public, anon, authenticated, service_role, session_api;
grant select (id, user1_id, user2_id, status, created_at) on public.wingman_matches to authenticated;
grant select (id, user1_id, user2_id, status) on public.wingman_matches to session_api;
-- no insert, update or delete grant: no endpoint makes or changes a match

drop policy if exists select_joined on public.wingman_matches;
create policy select_joined on public.wingman_matches
  for select to authenticated, session_api
  using (user1_id = (select private.caller_id()) or user2_id = (select private.caller_id()));
comment on policy select_joined on public.wingman_matches is 'a match is read by its two users';

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
create or replace function private.refuse_write()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  raise insufficient_privilege using message = format('%I is for reading', tg_table_name);
end
$$;
comment on function private.refuse_write() is 'keeps whoever needs no grant from writing to a view';
revoke execute on function private.refuse_write() from public, anon, authenticated, service_role, session_api;
create or replace trigger refuse_write instead of insert or update or delete on public.wingman_session_details
  for each row execute function private.refuse_write();

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
