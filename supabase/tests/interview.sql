-- Who may do what (interview). Written by `make types` from tests/policies/matrix.py, which is what to
-- read and to change. Leaves nothing behind.

begin;
select plan(364);

-- who made the role may give it, but need not have it
grant session_api to current_user;

create temporary table actors (name text primary key, role text, claims text) on commit drop;
insert into actors values
  ('anonymous', 'anon', '{"role": "anon"}'),
  ('owner', 'authenticated', '{"role": "authenticated", "sub": "5e550000-0000-4000-8000-000000000002"}'),
  ('participant', 'authenticated', '{"role": "authenticated", "sub": "5e550000-0000-4000-8000-000000000003"}'),
  ('stranger', 'authenticated', '{"role": "authenticated", "sub": "5e550000-0000-4000-8000-000000000006"}'),
  ('nobody', 'authenticated', '{"role": "authenticated"}'),
  ('api for owner', 'session_api', '{"role": "session_api", "sub": "5e550000-0000-4000-8000-000000000002"}'),
  ('api for participant', 'session_api', '{"role": "session_api", "sub": "5e550000-0000-4000-8000-000000000003"}'),
  ('api for stranger', 'session_api', '{"role": "session_api", "sub": "5e550000-0000-4000-8000-000000000006"}'),
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
  ('5e550000-0000-4000-8000-000000000002'), ('5e550000-0000-4000-8000-000000000003'), ('5e550000-0000-4000-8000-000000000004'), ('5e550000-0000-4000-8000-000000000005'), ('5e550000-0000-4000-8000-000000000006'), ('5e550000-0000-4000-8000-000000000007');

insert into public.job_postings (id, user_id, title, updated_at) values
  ('5e550000-0000-4000-8000-000000000039', '5e550000-0000-4000-8000-000000000002', 'Mine', '2020-01-01'), ('5e550000-0000-4000-8000-000000000040', '5e550000-0000-4000-8000-000000000006', 'Theirs', '2020-01-01');

insert into public.interview_sessions (id, user_id, job_posting_id, updated_at) values
  ('5e550000-0000-4000-8000-000000000041', '5e550000-0000-4000-8000-000000000002', '5e550000-0000-4000-8000-000000000039', '2020-01-01');

select is(
  pg_temp.outcome(actor, statement, trace, arrangement), expected, actor || ': ' || statement
)
from (values
  ('DENY', 'anonymous, service',
   $t$select "id" from public.job_postings limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "user_id" from public.job_postings limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "title" from public.job_postings limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "company" from public.job_postings limit 0$t$, null, null),
  ('ALLOW', 'owner, api for owner',
   $t$select "id", "user_id", "title", "company" from public.job_postings where id = '5e550000-0000-4000-8000-000000000039'$t$, null, null),
  ('EMPTY', 'participant, stranger, nobody, api for participant, api for stranger, api for nobody',
   $t$select "id", "user_id", "title", "company" from public.job_postings where id = '5e550000-0000-4000-8000-000000000039'$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "description" from public.job_postings limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "created_at" from public.job_postings limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "updated_at" from public.job_postings limit 0$t$, null, null),
  ('ALLOW', 'owner',
   $t$select "description", "created_at", "updated_at" from public.job_postings where id = '5e550000-0000-4000-8000-000000000039'$t$, null, null),
  ('EMPTY', 'participant, stranger, nobody',
   $t$select "description", "created_at", "updated_at" from public.job_postings where id = '5e550000-0000-4000-8000-000000000039'$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.job_postings ("user_id") select (null::public.job_postings)."user_id" where false$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.job_postings ("title") select (null::public.job_postings)."title" where false$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.job_postings ("company") select (null::public.job_postings)."company" where false$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.job_postings ("description") select (null::public.job_postings)."description" where false$t$, null, null),
  ('ALLOW', 'owner',
   $t$insert into public.job_postings ("user_id", "title", "company", "description") values ('5e550000-0000-4000-8000-000000000002', 'new', 'new', 'new')$t$, $t$select from public.job_postings where "user_id" is not distinct from '5e550000-0000-4000-8000-000000000002' and "title" is not distinct from 'new' and "company" is not distinct from 'new' and "description" is not distinct from 'new'$t$, null),
  ('DENY', 'participant, stranger, nobody',
   $t$insert into public.job_postings ("user_id", "title", "company", "description") values ('5e550000-0000-4000-8000-000000000002', 'new', 'new', 'new')$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.job_postings set "title" = default where false$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.job_postings set "company" = default where false$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.job_postings set "description" = default where false$t$, null, null),
  ('ALLOW', 'owner',
   $t$update public.job_postings set "title" = 'new', "company" = 'new', "description" = 'new' where id = '5e550000-0000-4000-8000-000000000039' returning id$t$, null, null),
  ('ALLOW', 'owner',
   $t$update public.job_postings set "title" = 'new', "company" = 'new', "description" = 'new'$t$, $t$select from public.job_postings where id = '5e550000-0000-4000-8000-000000000039' and "title" is not distinct from 'new' and "company" is not distinct from 'new' and "description" is not distinct from 'new'$t$, null),
  ('EMPTY', 'participant, stranger, nobody',
   $t$update public.job_postings set "title" = 'new', "company" = 'new', "description" = 'new' where id = '5e550000-0000-4000-8000-000000000039' returning id$t$, null, null),
  ('EMPTY', 'participant, stranger, nobody',
   $t$update public.job_postings set "title" = 'new', "company" = 'new', "description" = 'new'$t$, $t$select from public.job_postings where id = '5e550000-0000-4000-8000-000000000039' and "title" is not distinct from 'new' and "company" is not distinct from 'new' and "description" is not distinct from 'new'$t$, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$delete from public.job_postings where false$t$, null, null),
  ('ALLOW', 'owner',
   $t$delete from public.job_postings where id = '5e550000-0000-4000-8000-000000000039' returning id$t$, null, null),
  ('ALLOW', 'owner',
   $t$delete from public.job_postings$t$, $t$select where not exists (select from public.job_postings where id = '5e550000-0000-4000-8000-000000000039')$t$, null),
  ('EMPTY', 'participant, stranger, nobody',
   $t$delete from public.job_postings where id = '5e550000-0000-4000-8000-000000000039' returning id$t$, null, null),
  ('EMPTY', 'participant, stranger, nobody',
   $t$delete from public.job_postings$t$, $t$select where not exists (select from public.job_postings where id = '5e550000-0000-4000-8000-000000000039')$t$, null),
  ('DENY', 'anonymous, service',
   $t$select "id" from public.interview_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "user_id" from public.interview_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "job_posting_id" from public.interview_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "status" from public.interview_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "current_question_number" from public.interview_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "created_at" from public.interview_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "updated_at" from public.interview_sessions limit 0$t$, null, null),
  ('ALLOW', 'owner, api for owner',
   $t$select "id", "user_id", "job_posting_id", "status", "current_question_number", "created_at", "updated_at" from public.interview_sessions where id = '5e550000-0000-4000-8000-000000000041'$t$, null, null),
  ('EMPTY', 'participant, stranger, nobody, api for participant, api for stranger, api for nobody',
   $t$select "id", "user_id", "job_posting_id", "status", "current_question_number", "created_at", "updated_at" from public.interview_sessions where id = '5e550000-0000-4000-8000-000000000041'$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.interview_sessions ("user_id") select (null::public.interview_sessions)."user_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.interview_sessions ("job_posting_id") select (null::public.interview_sessions)."job_posting_id" where false$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$insert into public.interview_sessions ("user_id", "job_posting_id") values ('5e550000-0000-4000-8000-000000000002', null::uuid)$t$, $t$select from public.interview_sessions where "user_id" is not distinct from '5e550000-0000-4000-8000-000000000002' and "job_posting_id" is not distinct from null::uuid$t$, null),
  ('DENY', 'api for participant, api for stranger, api for nobody',
   $t$insert into public.interview_sessions ("user_id", "job_posting_id") values ('5e550000-0000-4000-8000-000000000002', null::uuid)$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.job_postings ("id") select (null::public.job_postings)."id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.job_postings ("created_at") select (null::public.job_postings)."created_at" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.job_postings ("updated_at") select (null::public.job_postings)."updated_at" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.job_postings set "id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.job_postings set "user_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.job_postings set "created_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.job_postings set "updated_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.interview_sessions ("id") select (null::public.interview_sessions)."id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.interview_sessions ("status") select (null::public.interview_sessions)."status" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.interview_sessions ("current_question_number") select (null::public.interview_sessions)."current_question_number" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.interview_sessions ("created_at") select (null::public.interview_sessions)."created_at" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.interview_sessions ("updated_at") select (null::public.interview_sessions)."updated_at" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.interview_sessions set "id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.interview_sessions set "user_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.interview_sessions set "job_posting_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.interview_sessions set "status" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.interview_sessions set "current_question_number" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.interview_sessions set "created_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.interview_sessions set "updated_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$delete from public.interview_sessions where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select session_api.bound_job_postings()$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$select where public.interview_session_exists('5e550000-0000-4000-8000-000000000041')$t$, null, null),
  ('ALLOW', 'api for owner, api for participant, api for stranger, api for nobody',
   $t$select where public.interview_session_exists('5e550000-0000-4000-8000-000000000041')$t$, null, null)
) as cell (expected, who, statement, trace, arrangement)
cross join string_to_table(who, ', ') as actor;

select * from finish();
rollback;
