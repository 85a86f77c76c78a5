-- Who may do what (base). Written by `make types` from tests/policies/matrix.py, which is what to
-- read and to change. Leaves nothing behind.

begin;
select plan(288);

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

insert into public.session_api_idempotency_keys (id, user_id, key, fingerprint, row_id) values
  ('5e550000-0000-4000-8000-000000000008', '5e550000-0000-4000-8000-000000000002', repeat('a', 64), repeat('a', 64), '5e550000-0000-4000-8000-000000000001');

select is(
  pg_temp.outcome(actor, statement, trace, arrangement), expected, actor || ': ' || statement
)
from (values
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$select "id" from public.session_api_idempotency_keys limit 0$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$select "user_id" from public.session_api_idempotency_keys limit 0$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$select "key" from public.session_api_idempotency_keys limit 0$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$select "fingerprint" from public.session_api_idempotency_keys limit 0$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$select "row_id" from public.session_api_idempotency_keys limit 0$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$select "answer" from public.session_api_idempotency_keys limit 0$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$select "created_at" from public.session_api_idempotency_keys limit 0$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$select "id", "user_id", "key", "fingerprint", "row_id", "answer", "created_at" from public.session_api_idempotency_keys where id = '5e550000-0000-4000-8000-000000000008'$t$, null, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$select "id", "user_id", "key", "fingerprint", "row_id", "answer", "created_at" from public.session_api_idempotency_keys where id = '5e550000-0000-4000-8000-000000000008'$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.session_api_idempotency_keys ("user_id") select (null::public.session_api_idempotency_keys)."user_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.session_api_idempotency_keys ("key") select (null::public.session_api_idempotency_keys)."key" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.session_api_idempotency_keys ("fingerprint") select (null::public.session_api_idempotency_keys)."fingerprint" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.session_api_idempotency_keys ("row_id") select (null::public.session_api_idempotency_keys)."row_id" where false$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$insert into public.session_api_idempotency_keys ("user_id", "key", "fingerprint", "row_id") values ('5e550000-0000-4000-8000-000000000002', repeat('b', 64), repeat('b', 64), '5e550000-0000-4000-8000-000000000001')$t$, $t$select from public.session_api_idempotency_keys where "user_id" is not distinct from '5e550000-0000-4000-8000-000000000002' and "key" is not distinct from repeat('b', 64) and "fingerprint" is not distinct from repeat('b', 64) and "row_id" is not distinct from '5e550000-0000-4000-8000-000000000001'$t$, null),
  ('DENY', 'api for participant, api for stranger, api for nobody',
   $t$insert into public.session_api_idempotency_keys ("user_id", "key", "fingerprint", "row_id") values ('5e550000-0000-4000-8000-000000000002', repeat('b', 64), repeat('b', 64), '5e550000-0000-4000-8000-000000000001')$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$update public.session_api_idempotency_keys set "answer" = default where false$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$update public.session_api_idempotency_keys set "answer" = '{"new": 1}'::jsonb where id = '5e550000-0000-4000-8000-000000000008' returning id$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$update public.session_api_idempotency_keys set "answer" = '{"new": 1}'::jsonb$t$, $t$select from public.session_api_idempotency_keys where id = '5e550000-0000-4000-8000-000000000008' and "answer" is not distinct from '{"new": 1}'::jsonb$t$, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$update public.session_api_idempotency_keys set "answer" = '{"new": 1}'::jsonb where id = '5e550000-0000-4000-8000-000000000008' returning id$t$, null, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$update public.session_api_idempotency_keys set "answer" = '{"new": 1}'::jsonb$t$, $t$select from public.session_api_idempotency_keys where id = '5e550000-0000-4000-8000-000000000008' and "answer" is not distinct from '{"new": 1}'::jsonb$t$, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$delete from public.session_api_idempotency_keys where false$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$delete from public.session_api_idempotency_keys where id = '5e550000-0000-4000-8000-000000000008' returning id$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$delete from public.session_api_idempotency_keys$t$, $t$select where not exists (select from public.session_api_idempotency_keys where id = '5e550000-0000-4000-8000-000000000008')$t$, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$delete from public.session_api_idempotency_keys where id = '5e550000-0000-4000-8000-000000000008' returning id$t$, null, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$delete from public.session_api_idempotency_keys$t$, $t$select where not exists (select from public.session_api_idempotency_keys where id = '5e550000-0000-4000-8000-000000000008')$t$, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.session_api_idempotency_keys ("id") select (null::public.session_api_idempotency_keys)."id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.session_api_idempotency_keys ("answer") select (null::public.session_api_idempotency_keys)."answer" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.session_api_idempotency_keys ("created_at") select (null::public.session_api_idempotency_keys)."created_at" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.session_api_idempotency_keys set "id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.session_api_idempotency_keys set "user_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.session_api_idempotency_keys set "key" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.session_api_idempotency_keys set "fingerprint" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.session_api_idempotency_keys set "row_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.session_api_idempotency_keys set "created_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select from session_api.caller_id() as id where id is not null$t$, null, null),
  ('ALLOW', 'owner, participant, stranger, api for owner, api for participant, api for stranger',
   $t$select from session_api.caller_id() as id where id is not null$t$, null, null),
  ('EMPTY', 'nobody, api for nobody',
   $t$select from session_api.caller_id() as id where id is not null$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select session_api.claim_idempotency_key()$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select session_api.erase_answers()$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where session_api.is_bounded_read()$t$, null, null),
  ('ALLOW', 'owner, participant, stranger, nobody',
   $t$select where session_api.is_bounded_read()$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select where session_api.is_not_estimated()$t$, null, null),
  ('ALLOW', 'owner, participant, stranger, nobody',
   $t$select where session_api.is_not_estimated()$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select session_api.publish('public.session_api_idempotency_keys')$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select session_api.set_updated_at()$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select session_api.stay_erased()$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select 'session_api.caller_id()'::regprocedure$t$, null, null),
  ('ALLOW', 'nobody, api for nobody',
   $t$select 'session_api.caller_id()'::regprocedure$t$, null, null),
  ('DENY', 'anonymous, nobody, api for nobody, service',
   $t$create table session_api.made ()$t$, null, null),
  ('ALLOW', 'anonymous, nobody, api for nobody, service',
   $t$select 'public.session_api_idempotency_keys'::regclass$t$, null, null),
  ('DENY', 'anonymous, nobody, api for nobody, service',
   $t$create table public.made ()$t$, null, null)
) as cell (expected, who, statement, trace, arrangement)
cross join string_to_table(who, ', ') as actor;

select * from finish();
rollback;
