-- Who may do what (study). Written by `make types` from tests/policies/matrix.py, which is what to
-- read and to change. Leaves nothing behind.

begin;
select plan(1016);

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

insert into public.study_sessions (id, profile_id, title, updated_at) values
  ('5e550000-0000-4000-8000-000000000030', '5e550000-0000-4000-8000-000000000002', 'Mine', '2020-01-01'), ('5e550000-0000-4000-8000-000000000031', '5e550000-0000-4000-8000-000000000006', 'Theirs', '2020-01-01');

insert into public.study_chats (id, profile_id, session_id, title) values
  ('5e550000-0000-4000-8000-000000000032', '5e550000-0000-4000-8000-000000000002', '5e550000-0000-4000-8000-000000000030', 'Mine'), ('5e550000-0000-4000-8000-000000000033', '5e550000-0000-4000-8000-000000000006', '5e550000-0000-4000-8000-000000000031', 'Theirs');

insert into public.study_documents (id, profile_id, session_id, file_name) values
  ('5e550000-0000-4000-8000-000000000034', '5e550000-0000-4000-8000-000000000002', '5e550000-0000-4000-8000-000000000030', 'mine.pdf'), ('5e550000-0000-4000-8000-000000000035', '5e550000-0000-4000-8000-000000000006', '5e550000-0000-4000-8000-000000000031', 'theirs.pdf');

insert into public.study_chunks (id, profile_id, document_id, chunk_index, content) values
  ('5e550000-0000-4000-8000-000000000036', '5e550000-0000-4000-8000-000000000002', '5e550000-0000-4000-8000-000000000034', 0, 'Mine');

insert into public.study_messages (id, profile_id, chat_id, role, content) values
  ('5e550000-0000-4000-8000-000000000037', '5e550000-0000-4000-8000-000000000002', '5e550000-0000-4000-8000-000000000032', 'user', 'Mine');

insert into public.study_topics (id, profile_id, session_id, title) values ('5e550000-0000-4000-8000-000000000038', '5e550000-0000-4000-8000-000000000002', '5e550000-0000-4000-8000-000000000030', 'Mine');

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
   $t$select "id", "profile_id", "title", "description", "status", "draft_plan", "created_at", "updated_at" from public.study_sessions where id = '5e550000-0000-4000-8000-000000000030'$t$, null, null),
  ('EMPTY', 'participant, stranger, nobody, api for participant, api for stranger, api for nobody',
   $t$select "id", "profile_id", "title", "description", "status", "draft_plan", "created_at", "updated_at" from public.study_sessions where id = '5e550000-0000-4000-8000-000000000030'$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.study_sessions ("profile_id") select (null::public.study_sessions)."profile_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.study_sessions ("title") select (null::public.study_sessions)."title" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$insert into public.study_sessions ("description") select (null::public.study_sessions)."description" where false$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$insert into public.study_sessions ("profile_id", "title", "description") values ('5e550000-0000-4000-8000-000000000002', 'new', 'new')$t$, $t$select from public.study_sessions where "profile_id" is not distinct from '5e550000-0000-4000-8000-000000000002' and "title" is not distinct from 'new' and "description" is not distinct from 'new'$t$, null),
  ('DENY', 'api for participant, api for stranger, api for nobody',
   $t$insert into public.study_sessions ("profile_id", "title", "description") values ('5e550000-0000-4000-8000-000000000002', 'new', 'new')$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$update public.study_sessions set "title" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$update public.study_sessions set "description" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$update public.study_sessions set "status" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$update public.study_sessions set "draft_plan" = default where false$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$update public.study_sessions set "title" = 'new', "description" = 'new', "status" = 'READY', "draft_plan" = '{"new": 1}'::jsonb where id = '5e550000-0000-4000-8000-000000000030' returning id$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$update public.study_sessions set "title" = 'new', "description" = 'new', "status" = 'READY', "draft_plan" = '{"new": 1}'::jsonb$t$, $t$select from public.study_sessions where id = '5e550000-0000-4000-8000-000000000030' and "title" is not distinct from 'new' and "description" is not distinct from 'new' and "status" is not distinct from 'READY' and "draft_plan" is not distinct from '{"new": 1}'::jsonb$t$, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$update public.study_sessions set "title" = 'new', "description" = 'new', "status" = 'READY', "draft_plan" = '{"new": 1}'::jsonb where id = '5e550000-0000-4000-8000-000000000030' returning id$t$, null, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$update public.study_sessions set "title" = 'new', "description" = 'new', "status" = 'READY', "draft_plan" = '{"new": 1}'::jsonb$t$, $t$select from public.study_sessions where id = '5e550000-0000-4000-8000-000000000030' and "title" is not distinct from 'new' and "description" is not distinct from 'new' and "status" is not distinct from 'READY' and "draft_plan" is not distinct from '{"new": 1}'::jsonb$t$, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$delete from public.study_sessions where false$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$delete from public.study_sessions where id = '5e550000-0000-4000-8000-000000000030' returning id$t$, null, null),
  ('ALLOW', 'api for owner',
   $t$delete from public.study_sessions$t$, $t$select where not exists (select from public.study_sessions where id = '5e550000-0000-4000-8000-000000000030')$t$, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$delete from public.study_sessions where id = '5e550000-0000-4000-8000-000000000030' returning id$t$, null, null),
  ('EMPTY', 'api for participant, api for stranger, api for nobody',
   $t$delete from public.study_sessions$t$, $t$select where not exists (select from public.study_sessions where id = '5e550000-0000-4000-8000-000000000030')$t$, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "id" from public.study_documents limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "profile_id" from public.study_documents limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "session_id" from public.study_documents limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "file_name" from public.study_documents limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "mime_type" from public.study_documents limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "created_at" from public.study_documents limit 0$t$, null, null),
  ('ALLOW', 'owner',
   $t$select "id", "profile_id", "session_id", "file_name", "mime_type", "created_at" from public.study_documents where id = '5e550000-0000-4000-8000-000000000034'$t$, null, null),
  ('EMPTY', 'participant, stranger, nobody',
   $t$select "id", "profile_id", "session_id", "file_name", "mime_type", "created_at" from public.study_documents where id = '5e550000-0000-4000-8000-000000000034'$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "id" from public.study_chunks limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "profile_id" from public.study_chunks limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "document_id" from public.study_chunks limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "chunk_index" from public.study_chunks limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "content" from public.study_chunks limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "created_at" from public.study_chunks limit 0$t$, null, null),
  ('ALLOW', 'owner',
   $t$select "id", "profile_id", "document_id", "chunk_index", "content", "created_at" from public.study_chunks where id = '5e550000-0000-4000-8000-000000000036'$t$, null, null),
  ('EMPTY', 'participant, stranger, nobody',
   $t$select "id", "profile_id", "document_id", "chunk_index", "content", "created_at" from public.study_chunks where id = '5e550000-0000-4000-8000-000000000036'$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "id" from public.study_topics limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "profile_id" from public.study_topics limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "session_id" from public.study_topics limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "title" from public.study_topics limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "position" from public.study_topics limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "created_at" from public.study_topics limit 0$t$, null, null),
  ('ALLOW', 'owner',
   $t$select "id", "profile_id", "session_id", "title", "position", "created_at" from public.study_topics where id = '5e550000-0000-4000-8000-000000000038'$t$, null, null),
  ('EMPTY', 'participant, stranger, nobody',
   $t$select "id", "profile_id", "session_id", "title", "position", "created_at" from public.study_topics where id = '5e550000-0000-4000-8000-000000000038'$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "id" from public.study_chats limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "profile_id" from public.study_chats limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "session_id" from public.study_chats limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "title" from public.study_chats limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "created_at" from public.study_chats limit 0$t$, null, null),
  ('ALLOW', 'owner',
   $t$select "id", "profile_id", "session_id", "title", "created_at" from public.study_chats where id = '5e550000-0000-4000-8000-000000000032'$t$, null, null),
  ('EMPTY', 'participant, stranger, nobody',
   $t$select "id", "profile_id", "session_id", "title", "created_at" from public.study_chats where id = '5e550000-0000-4000-8000-000000000032'$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "id" from public.study_messages limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "profile_id" from public.study_messages limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "chat_id" from public.study_messages limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "role" from public.study_messages limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "content" from public.study_messages limit 0$t$, null, null),
  ('DENY', 'anonymous, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$select "created_at" from public.study_messages limit 0$t$, null, null),
  ('ALLOW', 'owner',
   $t$select "id", "profile_id", "chat_id", "role", "content", "created_at" from public.study_messages where id = '5e550000-0000-4000-8000-000000000037'$t$, null, null),
  ('EMPTY', 'participant, stranger, nobody',
   $t$select "id", "profile_id", "chat_id", "role", "content", "created_at" from public.study_messages where id = '5e550000-0000-4000-8000-000000000037'$t$, null, null),
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
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_sessions set "id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_sessions set "profile_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_sessions set "created_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_sessions set "updated_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_documents ("id") select (null::public.study_documents)."id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_documents ("profile_id") select (null::public.study_documents)."profile_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_documents ("session_id") select (null::public.study_documents)."session_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_documents ("file_name") select (null::public.study_documents)."file_name" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_documents ("mime_type") select (null::public.study_documents)."mime_type" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_documents ("created_at") select (null::public.study_documents)."created_at" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_documents set "id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_documents set "profile_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_documents set "session_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_documents set "file_name" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_documents set "mime_type" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_documents set "created_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$delete from public.study_documents where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_chunks ("id") select (null::public.study_chunks)."id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_chunks ("profile_id") select (null::public.study_chunks)."profile_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_chunks ("document_id") select (null::public.study_chunks)."document_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_chunks ("chunk_index") select (null::public.study_chunks)."chunk_index" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_chunks ("content") select (null::public.study_chunks)."content" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_chunks ("created_at") select (null::public.study_chunks)."created_at" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_chunks set "id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_chunks set "profile_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_chunks set "document_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_chunks set "chunk_index" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_chunks set "content" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_chunks set "created_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$delete from public.study_chunks where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_topics ("id") select (null::public.study_topics)."id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_topics ("profile_id") select (null::public.study_topics)."profile_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_topics ("session_id") select (null::public.study_topics)."session_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_topics ("title") select (null::public.study_topics)."title" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_topics ("position") select (null::public.study_topics)."position" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_topics ("created_at") select (null::public.study_topics)."created_at" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_topics set "id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_topics set "profile_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_topics set "session_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_topics set "title" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_topics set "position" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_topics set "created_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$delete from public.study_topics where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_chats ("id") select (null::public.study_chats)."id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_chats ("profile_id") select (null::public.study_chats)."profile_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_chats ("session_id") select (null::public.study_chats)."session_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_chats ("title") select (null::public.study_chats)."title" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_chats ("created_at") select (null::public.study_chats)."created_at" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_chats set "id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_chats set "profile_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_chats set "session_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_chats set "title" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_chats set "created_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$delete from public.study_chats where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_messages ("id") select (null::public.study_messages)."id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_messages ("profile_id") select (null::public.study_messages)."profile_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_messages ("chat_id") select (null::public.study_messages)."chat_id" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_messages ("role") select (null::public.study_messages)."role" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_messages ("content") select (null::public.study_messages)."content" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$insert into public.study_messages ("created_at") select (null::public.study_messages)."created_at" where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_messages set "id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_messages set "profile_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_messages set "chat_id" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_messages set "role" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_messages set "content" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$update public.study_messages set "created_at" = default where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, api for owner, api for participant, api for stranger, api for nobody, service',
   $t$delete from public.study_messages where false$t$, null, null),
  ('DENY', 'anonymous, owner, participant, stranger, nobody, service',
   $t$select where public.study_session_exists('5e550000-0000-4000-8000-000000000030')$t$, null, null),
  ('ALLOW', 'api for owner, api for participant, api for stranger, api for nobody',
   $t$select where public.study_session_exists('5e550000-0000-4000-8000-000000000030')$t$, null, null)
) as cell (expected, who, statement, trace, arrangement)
cross join string_to_table(who, ', ') as actor;

select * from finish();
rollback;
