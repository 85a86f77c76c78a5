-- Who may use which schema. Written by `python -m tests.policies.pgtap` from
-- tests/policies/matrix.py, which is what to read and to change. Leaves nothing behind.

begin;
select plan(16);

-- who made the role may give it, but need not have it
grant session_api to current_user;

create temporary table actors (name text primary key, role text, claims text) on commit drop;
insert into actors values
  ('anonymous', 'anon', '{"role": "anon"}'),
  ('nobody', 'authenticated', '{"role": "authenticated"}'),
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

select is(
  pg_temp.outcome(actor, statement, trace, arrangement), expected, actor || ': ' || statement
)
from (values
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
