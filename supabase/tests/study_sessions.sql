-- Who may do what with study_sessions. Written by `python -m tests.policies.pgtap` from
-- tests/policies/matrix.py, which is what to read and to change. Leaves nothing behind.

begin;
select plan(182);

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
  ('DENY', 'anonymous, service',
   $t$select "id" from public.study_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "profile_id" from public.study_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "title" from public.study_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "description" from public.study_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "status" from public.study_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "draft_plan" from public.study_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "created_at" from public.study_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "updated_at" from public.study_sessions limit 0$t$, null, null),
  ('ALLOW', 'owner, api for owner',
   $t$select "id", "profile_id", "title", "description", "status", "draft_plan", "created_at", "updated_at" from public.study_sessions where id = '5e550000-0000-4000-8000-000000000018'$t$, null, null),
  ('EMPTY', 'participant, stranger, nobody, api for participant, api for stranger, api for nobody',
   $t$select "id", "profile_id", "title", "description", "status", "draft_plan", "created_at", "updated_at" from public.study_sessions where id = '5e550000-0000-4000-8000-000000000018'$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.study_sessions ("profile_id") select (null::public.study_sessions)."profile_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.study_sessions ("title") select (null::public.study_sessions)."title" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.study_sessions ("description") select (null::public.study_sessions)."description" where false$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$insert into public.study_sessions ("profile_id", "title", "description") values ('5e550000-0000-4000-8000-000000000001', 'new', 'new')$t$, $t$select from public.study_sessions where "profile_id" is not distinct from '5e550000-0000-4000-8000-000000000001' and "title" is not distinct from 'new' and "description" is not distinct from 'new'$t$, null),
  ('DENY', 'api for participant, api for stranger, api for nobody',
   $t$insert into public.study_sessions ("profile_id", "title", "description") values ('5e550000-0000-4000-8000-000000000001', 'new', 'new')$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_sessions ("id") select (null::public.study_sessions)."id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_sessions ("status") select (null::public.study_sessions)."status" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_sessions ("draft_plan") select (null::public.study_sessions)."draft_plan" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_sessions ("created_at") select (null::public.study_sessions)."created_at" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_sessions ("updated_at") select (null::public.study_sessions)."updated_at" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$update public.study_sessions set "title" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$update public.study_sessions set "description" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$update public.study_sessions set "status" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$update public.study_sessions set "draft_plan" = default where false$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$update public.study_sessions set "title" = 'new', "description" = 'new', "status" = 'READY', "draft_plan" = '{"new": 1}'::jsonb where id = '5e550000-0000-4000-8000-000000000018' returning id$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$update public.study_sessions set "title" = 'new', "description" = 'new', "status" = 'READY', "draft_plan" = '{"new": 1}'::jsonb$t$, $t$select from public.study_sessions where id = '5e550000-0000-4000-8000-000000000018' and "title" is not distinct from 'new' and "description" is not distinct from 'new' and "status" is not distinct from 'READY' and "draft_plan" is not distinct from '{"new": 1}'::jsonb$t$, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$update public.study_sessions set "title" = 'new', "description" = 'new', "status" = 'READY', "draft_plan" = '{"new": 1}'::jsonb where id = '5e550000-0000-4000-8000-000000000018' returning id$t$, null, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$update public.study_sessions set "title" = 'new', "description" = 'new', "status" = 'READY', "draft_plan" = '{"new": 1}'::jsonb$t$, $t$select from public.study_sessions where id = '5e550000-0000-4000-8000-000000000018' and "title" is not distinct from 'new' and "description" is not distinct from 'new' and "status" is not distinct from 'READY' and "draft_plan" is not distinct from '{"new": 1}'::jsonb$t$, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_sessions set "id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_sessions set "profile_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_sessions set "created_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_sessions set "updated_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$delete from public.study_sessions where false$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$delete from public.study_sessions where id = '5e550000-0000-4000-8000-000000000018' returning id$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$delete from public.study_sessions$t$, $t$select where not exists (select from public.study_sessions where id = '5e550000-0000-4000-8000-000000000018')$t$, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$delete from public.study_sessions where id = '5e550000-0000-4000-8000-000000000018' returning id$t$, null, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$delete from public.study_sessions$t$, $t$select where not exists (select from public.study_sessions where id = '5e550000-0000-4000-8000-000000000018')$t$, null)
) as cell (expected, who, statement, trace, arrangement)
cross join string_to_table(who, ', ') as actor;

select * from finish();
rollback;
