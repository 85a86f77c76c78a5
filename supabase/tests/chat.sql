-- Who may do what (chat). Written by `make types` from tests/policies/matrix.py, which is what to
-- read and to change. Leaves nothing behind.

begin;
select plan(344);

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

insert into public.chat_sessions (id, user_id, title) values
  ('5e550000-0000-4000-8000-000000000024', '5e550000-0000-4000-8000-000000000002', 'Mine'), ('5e550000-0000-4000-8000-000000000025', '5e550000-0000-4000-8000-000000000002', 'Mine too'), ('5e550000-0000-4000-8000-000000000026', '5e550000-0000-4000-8000-000000000006', 'Theirs');

insert into public.chat_messages (id, user_id, session_id, content) values
  ('5e550000-0000-4000-8000-000000000027', '5e550000-0000-4000-8000-000000000002', '5e550000-0000-4000-8000-000000000024', 'First');
insert into public.chat_messages (id, user_id, session_id, content) values
  ('5e550000-0000-4000-8000-000000000028', '5e550000-0000-4000-8000-000000000002', '5e550000-0000-4000-8000-000000000024', 'Second');
insert into public.chat_messages (id, user_id, session_id, content) values
  ('5e550000-0000-4000-8000-000000000029', '5e550000-0000-4000-8000-000000000002', '5e550000-0000-4000-8000-000000000025', 'Elsewhere');

select is(
  pg_temp.outcome(actor, statement, trace, arrangement), expected, actor || ': ' || statement
)
from (values
  ('DENY', 'anonymous, service',
   $t$select "id" from public.chat_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "user_id" from public.chat_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "title" from public.chat_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "message_count" from public.chat_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "created_at" from public.chat_sessions limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "last_updated" from public.chat_sessions limit 0$t$, null, null),
  ('ALLOW', 'owner, api for owner',
   $t$select "id", "user_id", "title", "message_count", "created_at", "last_updated" from public.chat_sessions where id = '5e550000-0000-4000-8000-000000000024'$t$, null, null),
  ('EMPTY', 'participant, stranger, nobody, api for participant, api for stranger, api for nobody',
   $t$select "id", "user_id", "title", "message_count", "created_at", "last_updated" from public.chat_sessions where id = '5e550000-0000-4000-8000-000000000024'$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.chat_sessions ("user_id") select (null::public.chat_sessions)."user_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.chat_sessions ("title") select (null::public.chat_sessions)."title" where false$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$insert into public.chat_sessions ("user_id", "title") values ('5e550000-0000-4000-8000-000000000002', 'new')$t$, $t$select from public.chat_sessions where "user_id" is not distinct from '5e550000-0000-4000-8000-000000000002' and "title" is not distinct from 'new'$t$, null),
  ('DENY', 'api for participant, api for stranger, api for nobody',
   $t$insert into public.chat_sessions ("user_id", "title") values ('5e550000-0000-4000-8000-000000000002', 'new')$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$update public.chat_sessions set "title" = default where false$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$update public.chat_sessions set "title" = 'new' where id = '5e550000-0000-4000-8000-000000000024' returning id$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$update public.chat_sessions set "title" = 'new'$t$, $t$select from public.chat_sessions where id = '5e550000-0000-4000-8000-000000000024' and "title" is not distinct from 'new'$t$, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$update public.chat_sessions set "title" = 'new' where id = '5e550000-0000-4000-8000-000000000024' returning id$t$, null, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$update public.chat_sessions set "title" = 'new'$t$, $t$select from public.chat_sessions where id = '5e550000-0000-4000-8000-000000000024' and "title" is not distinct from 'new'$t$, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$delete from public.chat_sessions where false$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$delete from public.chat_sessions where id = '5e550000-0000-4000-8000-000000000024' returning id$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$delete from public.chat_sessions$t$, $t$select where not exists (select from public.chat_sessions where id = '5e550000-0000-4000-8000-000000000024')$t$, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$delete from public.chat_sessions where id = '5e550000-0000-4000-8000-000000000024' returning id$t$, null, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$delete from public.chat_sessions$t$, $t$select where not exists (select from public.chat_sessions where id = '5e550000-0000-4000-8000-000000000024')$t$, null),
  ('DENY', 'anonymous, service',
   $t$select "id" from public.chat_messages limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "user_id" from public.chat_messages limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "session_id" from public.chat_messages limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "message_order" from public.chat_messages limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "role" from public.chat_messages limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "content" from public.chat_messages limit 0$t$, null, null),
  ('DENY', 'anonymous, service',
   $t$select "timestamp" from public.chat_messages limit 0$t$, null, null),
  ('ALLOW', 'owner, api for owner',
   $t$select "id", "user_id", "session_id", "message_order", "role", "content", "timestamp" from public.chat_messages where id = '5e550000-0000-4000-8000-000000000027'$t$, null, null),
  ('EMPTY', 'participant, stranger, nobody, api for participant, api for stranger, api for nobody',
   $t$select "id", "user_id", "session_id", "message_order", "role", "content", "timestamp" from public.chat_messages where id = '5e550000-0000-4000-8000-000000000027'$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.chat_messages ("user_id") select (null::public.chat_messages)."user_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.chat_messages ("session_id") select (null::public.chat_messages)."session_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.chat_messages ("role") select (null::public.chat_messages)."role" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.chat_messages ("content") select (null::public.chat_messages)."content" where false$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$insert into public.chat_messages ("user_id", "session_id", "role", "content") values ('5e550000-0000-4000-8000-000000000002', '5e550000-0000-4000-8000-000000000024', 'assistant', 'new')$t$, $t$select from public.chat_messages where "user_id" is not distinct from '5e550000-0000-4000-8000-000000000002' and "session_id" is not distinct from '5e550000-0000-4000-8000-000000000024' and "role" is not distinct from 'assistant' and "content" is not distinct from 'new'$t$, null),
  ('DENY', 'api for participant, api for stranger, api for nobody',
   $t$insert into public.chat_messages ("user_id", "session_id", "role", "content") values ('5e550000-0000-4000-8000-000000000002', '5e550000-0000-4000-8000-000000000024', 'assistant', 'new')$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.chat_sessions ("id") select (null::public.chat_sessions)."id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.chat_sessions ("message_count") select (null::public.chat_sessions)."message_count" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.chat_sessions ("created_at") select (null::public.chat_sessions)."created_at" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.chat_sessions ("last_updated") select (null::public.chat_sessions)."last_updated" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.chat_sessions set "id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.chat_sessions set "user_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.chat_sessions set "message_count" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.chat_sessions set "created_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.chat_sessions set "last_updated" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.chat_messages ("id") select (null::public.chat_messages)."id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.chat_messages ("message_order") select (null::public.chat_messages)."message_order" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.chat_messages ("timestamp") select (null::public.chat_messages)."timestamp" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.chat_messages set "id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.chat_messages set "user_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.chat_messages set "session_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.chat_messages set "message_order" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.chat_messages set "role" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.chat_messages set "content" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.chat_messages set "timestamp" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$delete from public.chat_messages where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select session_api.number_chat_message()$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$select where public.chat_message_page('5e550000-0000-4000-8000-000000000024', 10, false) is not null$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$select where public.chat_message_page('5e550000-0000-4000-8000-000000000024', 10, false) is not null$t$, null, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$select where public.chat_message_page('5e550000-0000-4000-8000-000000000024', 10, false) is not null$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$select where public.chat_session_exists('5e550000-0000-4000-8000-000000000024')$t$, null, null),
  ('ALLOW', 'api for owner, api for participant, api for stranger, api for nobody',
   $t$select where public.chat_session_exists('5e550000-0000-4000-8000-000000000024')$t$, null, null)
) as cell (expected, who, statement, trace, arrangement)
cross join string_to_table(who, ', ') as actor;

select * from finish();
rollback;
