-- Who may do what with wingman_session_details. Written by `python -m tests.policies.pgtap` from
-- tests/policies/matrix.py, which is what to read and to change. Leaves nothing behind.

begin;
select plan(644);

-- who made the role may give it, but need not have it
grant session_api to current_user;

create temporary table actors (name text primary key, role text, claims text) on commit drop;
insert into actors values
  ('anonymous', 'anon', '{"role": "anon"}'),
  ('owner', 'authenticated', '{"role": "authenticated", "sub": "5e550000-0000-4000-8000-000000000001"}'),
  ('participant', 'authenticated', '{"role": "authenticated", "sub": "5e550000-0000-4000-8000-000000000002"}'),
  ('stranger', 'authenticated', '{"role": "authenticated", "sub": "5e550000-0000-4000-8000-000000000004"}'),
  ('nobody', 'authenticated', '{"role": "authenticated"}'),
  ('api for owner', 'session_api', '{"role": "session_api", "sub": "5e550000-0000-4000-8000-000000000001"}'),
  ('api for participant', 'session_api', '{"role": "session_api", "sub": "5e550000-0000-4000-8000-000000000002"}'),
  ('api for stranger', 'session_api', '{"role": "session_api", "sub": "5e550000-0000-4000-8000-000000000004"}'),
  ('api for nobody', 'session_api', '{"role": "session_api"}'),
  ('service', 'service_role', '{"role": "service_role"}');

-- Tries a statement as PostgREST would run it, and takes it back. ALLOW or EMPTY: it did something,
-- which its own rows tell or the trace finds, or nothing. DENY: 42501. Else the SQLSTATE.
create function pg_temp.outcome(actor text, statement text, trace text, arrangement text)
returns text
language plpgsql
as $$
declare
  identity record;
  found_rows bigint;
begin
  select role, claims into strict identity from actors where name = actor;
  if arrangement is not null then
    execute arrangement;
  end if;
  perform set_config('role', identity.role, true),
          set_config('request.jwt.claims', identity.claims, true);
  execute statement;
  get diagnostics found_rows = row_count;
  if trace is not null then
    perform set_config('role', 'none', true);
    execute trace;
    get diagnostics found_rows = row_count;
  end if;
  raise exception using
    errcode = 'TAP00', message = case when found_rows > 0 then 'ALLOW' else 'EMPTY' end;
exception
  when insufficient_privilege then
    return 'DENY';
  when others then
    return case sqlstate when 'TAP00' then sqlerrm else sqlstate end;
end
$$;

insert into auth.users (id) values
  ('5e550000-0000-4000-8000-000000000001'), ('5e550000-0000-4000-8000-000000000002'), ('5e550000-0000-4000-8000-000000000003'), ('5e550000-0000-4000-8000-000000000004'), ('5e550000-0000-4000-8000-000000000005');

insert into public.user_profiles (id, first_name, updated_at) values
  ('5e550000-0000-4000-8000-000000000001', 'Owner', '2020-01-01'), ('5e550000-0000-4000-8000-000000000002', 'Participant', '2020-01-01'),
  ('5e550000-0000-4000-8000-000000000003', 'Invited', '2020-01-01'), ('5e550000-0000-4000-8000-000000000004', 'Stranger', '2020-01-01'),
  ('5e550000-0000-4000-8000-000000000005', 'Other', '2020-01-01');

insert into public.approach_challenges (id, title, description, difficulty, points) values
  ('5e550000-0000-4000-8000-000000000006', 'One', 'The first', 'beginner', 10),
  ('5e550000-0000-4000-8000-000000000007', 'Two', 'The second', 'advanced', 20);

-- the owner is user 1 and the participant user 2 throughout, so that a forgotten side is missed
insert into public.wingman_matches (id, user1_id, user2_id, status) values
  ('5e550000-0000-4000-8000-000000000008', '5e550000-0000-4000-8000-000000000001', '5e550000-0000-4000-8000-000000000002', 'accepted'),
  ('5e550000-0000-4000-8000-000000000009', '5e550000-0000-4000-8000-000000000001', '5e550000-0000-4000-8000-000000000002', 'accepted'),
  ('5e550000-0000-4000-8000-000000000010', '5e550000-0000-4000-8000-000000000001', '5e550000-0000-4000-8000-000000000002', 'pending'),
  ('5e550000-0000-4000-8000-000000000011', '5e550000-0000-4000-8000-000000000001', '5e550000-0000-4000-8000-000000000002', 'declined'),
  ('5e550000-0000-4000-8000-000000000012', '5e550000-0000-4000-8000-000000000001', '5e550000-0000-4000-8000-000000000003', 'pending'),
  ('5e550000-0000-4000-8000-000000000013', '5e550000-0000-4000-8000-000000000004', '5e550000-0000-4000-8000-000000000005', 'accepted');

insert into public.wingman_sessions
  (id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, status, created_at)
values
  ('5e550000-0000-4000-8000-000000000014', '5e550000-0000-4000-8000-000000000008', '5e550000-0000-4000-8000-000000000006', '5e550000-0000-4000-8000-000000000007', 'Here', now() - interval '1 hour', 'scheduled', now() - interval '1 day'),
  ('5e550000-0000-4000-8000-000000000015', '5e550000-0000-4000-8000-000000000010', '5e550000-0000-4000-8000-000000000006', '5e550000-0000-4000-8000-000000000007', 'Here', now() + interval '1 hour', 'cancelled', now()),
  ('5e550000-0000-4000-8000-000000000016', '5e550000-0000-4000-8000-000000000011', '5e550000-0000-4000-8000-000000000006', '5e550000-0000-4000-8000-000000000007', 'Here', now() + interval '1 hour', 'cancelled', now()),
  ('5e550000-0000-4000-8000-000000000017', '5e550000-0000-4000-8000-000000000013', '5e550000-0000-4000-8000-000000000006', '5e550000-0000-4000-8000-000000000007', 'There', now() + interval '1 hour', 'cancelled', now());

insert into public.study_sessions (id, profile_id, title, updated_at) values
  ('5e550000-0000-4000-8000-000000000018', '5e550000-0000-4000-8000-000000000001', 'Mine', '2020-01-01'), ('5e550000-0000-4000-8000-000000000019', '5e550000-0000-4000-8000-000000000004', 'Theirs', '2020-01-01');
insert into public.study_documents (id, profile_id, session_id, file_name) values
  ('5e550000-0000-4000-8000-000000000020', '5e550000-0000-4000-8000-000000000001', '5e550000-0000-4000-8000-000000000018', 'mine.pdf'), ('5e550000-0000-4000-8000-000000000021', '5e550000-0000-4000-8000-000000000004', '5e550000-0000-4000-8000-000000000019', 'theirs.pdf');
insert into public.study_chunks (id, profile_id, document_id, chunk_index, content) values
  ('5e550000-0000-4000-8000-000000000022', '5e550000-0000-4000-8000-000000000001', '5e550000-0000-4000-8000-000000000020', 0, 'Mine');
insert into public.study_topics (id, profile_id, session_id, title) values
  ('5e550000-0000-4000-8000-000000000023', '5e550000-0000-4000-8000-000000000001', '5e550000-0000-4000-8000-000000000018', 'Mine');
insert into public.study_chats (id, profile_id, session_id, title) values
  ('5e550000-0000-4000-8000-000000000024', '5e550000-0000-4000-8000-000000000001', '5e550000-0000-4000-8000-000000000018', 'Mine'), ('5e550000-0000-4000-8000-000000000025', '5e550000-0000-4000-8000-000000000004', '5e550000-0000-4000-8000-000000000019', 'Theirs');
insert into public.study_messages (id, profile_id, chat_id, role, content) values
  ('5e550000-0000-4000-8000-000000000026', '5e550000-0000-4000-8000-000000000001', '5e550000-0000-4000-8000-000000000024', 'user', 'Mine');

insert into public.job_postings (id, user_id, title, updated_at) values
  ('5e550000-0000-4000-8000-000000000027', '5e550000-0000-4000-8000-000000000001', 'Mine', '2020-01-01'), ('5e550000-0000-4000-8000-000000000028', '5e550000-0000-4000-8000-000000000004', 'Theirs', '2020-01-01');
insert into public.interview_sessions (id, user_id, job_posting_id, updated_at) values
  ('5e550000-0000-4000-8000-000000000029', '5e550000-0000-4000-8000-000000000001', '5e550000-0000-4000-8000-000000000027', '2020-01-01');

insert into public.chat_sessions (id, user_id, title) values
  ('5e550000-0000-4000-8000-000000000030', '5e550000-0000-4000-8000-000000000001', 'Mine'), ('5e550000-0000-4000-8000-000000000031', '5e550000-0000-4000-8000-000000000001', 'Mine too'), ('5e550000-0000-4000-8000-000000000032', '5e550000-0000-4000-8000-000000000004', 'Theirs');
insert into public.chat_messages (id, user_id, session_id, content) values
  ('5e550000-0000-4000-8000-000000000033', '5e550000-0000-4000-8000-000000000001', '5e550000-0000-4000-8000-000000000030', 'First');
insert into public.chat_messages (id, user_id, session_id, content) values
  ('5e550000-0000-4000-8000-000000000034', '5e550000-0000-4000-8000-000000000001', '5e550000-0000-4000-8000-000000000030', 'Second');
insert into public.chat_messages (id, user_id, session_id, content) values
  ('5e550000-0000-4000-8000-000000000035', '5e550000-0000-4000-8000-000000000001', '5e550000-0000-4000-8000-000000000031', 'Elsewhere');

insert into public.session_api_idempotency_keys (id, user_id, key, fingerprint, row_id) values
  ('5e550000-0000-4000-8000-000000000036', '5e550000-0000-4000-8000-000000000001', repeat('a', 64), repeat('a', 64), '5e550000-0000-4000-8000-000000000018');

select is(
  pg_temp.outcome(actor, statement, trace, arrangement), expected, actor || ': ' || statement
)
from (values
  ('EMPTY', 'anonymous, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'id', 'select')$t$, null, null),
  ('EMPTY', 'anonymous, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'match_id', 'select')$t$, null, null),
  ('EMPTY', 'anonymous, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'venue_name', 'select')$t$, null, null),
  ('EMPTY', 'anonymous, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'scheduled_time', 'select')$t$, null, null),
  ('EMPTY', 'anonymous, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'status', 'select')$t$, null, null),
  ('EMPTY', 'anonymous, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'notes', 'select')$t$, null, null),
  ('EMPTY', 'anonymous, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'participants', 'select')$t$, null, null),
  ('EMPTY', 'anonymous, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'completed_at', 'select')$t$, null, null),
  ('EMPTY', 'anonymous, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'created_at', 'select')$t$, null, null),
  ('EMPTY', 'anonymous, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'user1_id', 'select')$t$, null, null),
  ('EMPTY', 'anonymous, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'user2_id', 'select')$t$, null, null),
  ('EMPTY', 'anonymous, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'user1_completed_confirmed_by_user2', 'select')$t$, null, null),
  ('EMPTY', 'anonymous, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'user2_completed_confirmed_by_user1', 'select')$t$, null, null),
  ('EMPTY', 'anonymous, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'due', 'select')$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "id" from public.wingman_session_details limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "match_id" from public.wingman_session_details limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "venue_name" from public.wingman_session_details limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "scheduled_time" from public.wingman_session_details limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "status" from public.wingman_session_details limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "notes" from public.wingman_session_details limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "participants" from public.wingman_session_details limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "completed_at" from public.wingman_session_details limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "created_at" from public.wingman_session_details limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "user1_id" from public.wingman_session_details limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "user2_id" from public.wingman_session_details limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "user1_completed_confirmed_by_user2" from public.wingman_session_details limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "user2_completed_confirmed_by_user1" from public.wingman_session_details limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "due" from public.wingman_session_details limit 0$t$, null, null),
  ('ALLOW', 'owner, participant, api for owner, api for participant',
   $t$select "id", "match_id", "venue_name", "scheduled_time", "status", "notes", "participants", "completed_at", "created_at", "user1_id", "user2_id", "user1_completed_confirmed_by_user2", "user2_completed_confirmed_by_user1", "due" from public.wingman_session_details where id = '5e550000-0000-4000-8000-000000000014'$t$, null, null),
  ('EMPTY', 'stranger, nobody, api for stranger, api for nobody',
   $t$select "id", "match_id", "venue_name", "scheduled_time", "status", "notes", "participants", "completed_at", "created_at", "user1_id", "user2_id", "user1_completed_confirmed_by_user2", "user2_completed_confirmed_by_user1", "due" from public.wingman_session_details where id = '5e550000-0000-4000-8000-000000000014'$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'id', 'insert')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'match_id', 'insert')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'venue_name', 'insert')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'scheduled_time', 'insert')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'status', 'insert')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'notes', 'insert')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'participants', 'insert')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'completed_at', 'insert')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'created_at', 'insert')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'user1_id', 'insert')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'user2_id', 'insert')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'user1_completed_confirmed_by_user2', 'insert')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'user2_completed_confirmed_by_user1', 'insert')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'due', 'insert')$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.wingman_session_details ("id") select (null::public.wingman_session_details)."id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.wingman_session_details ("match_id") select (null::public.wingman_session_details)."match_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.wingman_session_details ("venue_name") select (null::public.wingman_session_details)."venue_name" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.wingman_session_details ("scheduled_time") select (null::public.wingman_session_details)."scheduled_time" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.wingman_session_details ("status") select (null::public.wingman_session_details)."status" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.wingman_session_details ("notes") select (null::public.wingman_session_details)."notes" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.wingman_session_details ("participants") select (null::public.wingman_session_details)."participants" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.wingman_session_details ("completed_at") select (null::public.wingman_session_details)."completed_at" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.wingman_session_details ("created_at") select (null::public.wingman_session_details)."created_at" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.wingman_session_details ("user1_id") select (null::public.wingman_session_details)."user1_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.wingman_session_details ("user2_id") select (null::public.wingman_session_details)."user2_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.wingman_session_details ("user1_completed_confirmed_by_user2") select (null::public.wingman_session_details)."user1_completed_confirmed_by_user2" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.wingman_session_details ("user2_completed_confirmed_by_user1") select (null::public.wingman_session_details)."user2_completed_confirmed_by_user1" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.wingman_session_details ("due") select (null::public.wingman_session_details)."due" where false$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'id', 'update')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'match_id', 'update')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'venue_name', 'update')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'scheduled_time', 'update')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'status', 'update')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'notes', 'update')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'participants', 'update')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'completed_at', 'update')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'created_at', 'update')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'user1_id', 'update')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'user2_id', 'update')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'user1_completed_confirmed_by_user2', 'update')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'user2_completed_confirmed_by_user1', 'update')$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_column_privilege('public.wingman_session_details', 'due', 'update')$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.wingman_session_details set "id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.wingman_session_details set "match_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.wingman_session_details set "venue_name" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.wingman_session_details set "scheduled_time" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.wingman_session_details set "status" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.wingman_session_details set "notes" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.wingman_session_details set "participants" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.wingman_session_details set "completed_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.wingman_session_details set "created_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.wingman_session_details set "user1_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.wingman_session_details set "user2_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.wingman_session_details set "user1_completed_confirmed_by_user2" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.wingman_session_details set "user2_completed_confirmed_by_user1" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.wingman_session_details set "due" = default where false$t$, null, null),
  ('EMPTY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where has_table_privilege('public.wingman_session_details', 'delete')$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$delete from public.wingman_session_details where false$t$, null, null)
) as cell (expected, who, statement, trace, arrangement)
cross join string_to_table(who, ', ') as actor;

select * from finish();
rollback;
