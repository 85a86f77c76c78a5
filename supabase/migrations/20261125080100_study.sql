-- Study: sessions with documents, topics and chats.
-- Once this has run anywhere, do not edit it: write a new migration.

-- Children carry their owner's id, tied to the parent's (owner, id) by a composite foreign key: each policy is one comparison,
-- and no child can refer to another user's parent. The unique (owner, id) is also the index that the policies use.

create table public.study_sessions (
  id uuid primary key default gen_random_uuid(),
  profile_id uuid not null references auth.users (id) on delete cascade,
  title text not null,
  description text,
  status text not null default 'UPLOADING',
  draft_plan jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint study_sessions_owner_key unique (profile_id, id),
  constraint study_sessions_title_length check (char_length(title) between 1 and 200),
  constraint study_sessions_description_length check (char_length(description) <= 2000),
  constraint study_sessions_status_known check (status in ('UPLOADING', 'PROCESSING', 'PLANNING', 'READY', 'FAILED'))
);
comment on table public.study_sessions is 'a course of study made from a user''s documents';
create index study_sessions_newest_idx on public.study_sessions (profile_id, created_at desc, id desc);
alter table public.study_sessions enable row level security;

create table public.study_documents (
  id uuid primary key default gen_random_uuid(),
  profile_id uuid not null,
  session_id uuid not null,
  file_name text not null,
  mime_type text,
  created_at timestamptz not null default now(),
  constraint study_documents_owner_key unique (profile_id, id),
  constraint study_documents_session_fkey foreign key (profile_id, session_id)
    references public.study_sessions (profile_id, id) on delete cascade
);
comment on table public.study_documents is 'what the user uploaded to a session';
create index study_documents_session_idx on public.study_documents (profile_id, session_id);
alter table public.study_documents enable row level security;

create table public.study_chunks (
  id uuid primary key default gen_random_uuid(),
  profile_id uuid not null,
  document_id uuid not null,
  chunk_index integer not null,
  content text not null,
  created_at timestamptz not null default now(),
  constraint study_chunks_order_key unique (profile_id, document_id, chunk_index),
  constraint study_chunks_chunk_index_range check (chunk_index >= 0),
  constraint study_chunks_document_fkey foreign key (profile_id, document_id)
    references public.study_documents (profile_id, id) on delete cascade
);
comment on table public.study_chunks is 'a document''s text in pieces';
alter table public.study_chunks enable row level security;

create table public.study_topics (
  id uuid primary key default gen_random_uuid(),
  profile_id uuid not null,
  session_id uuid not null,
  title text not null,
  position integer not null default 0,
  created_at timestamptz not null default now(),
  constraint study_topics_session_fkey foreign key (profile_id, session_id)
    references public.study_sessions (profile_id, id) on delete cascade
);
comment on table public.study_topics is 'what there is to learn in a session';
create index study_topics_session_idx on public.study_topics (profile_id, session_id);
alter table public.study_topics enable row level security;

create table public.study_chats (
  id uuid primary key default gen_random_uuid(),
  profile_id uuid not null,
  session_id uuid not null,
  title text,
  created_at timestamptz not null default now(),
  constraint study_chats_owner_key unique (profile_id, id),
  constraint study_chats_session_fkey foreign key (profile_id, session_id)
    references public.study_sessions (profile_id, id) on delete cascade
);
comment on table public.study_chats is 'a conversation about a session''s material';
create index study_chats_session_idx on public.study_chats (profile_id, session_id);
alter table public.study_chats enable row level security;

create table public.study_messages (
  id uuid primary key default gen_random_uuid(),
  profile_id uuid not null,
  chat_id uuid not null,
  role text not null,
  content text not null,
  created_at timestamptz not null default now(),
  constraint study_messages_role_known check (role in ('user', 'assistant', 'system')),
  constraint study_messages_chat_fkey foreign key (profile_id, chat_id)
    references public.study_chats (profile_id, id) on delete cascade
);
comment on table public.study_messages is 'what was said in a study chat';
create index study_messages_chat_idx on public.study_messages (profile_id, chat_id, created_at);
alter table public.study_messages enable row level security;

-- From supabase/policies/study/, which is what to read and to change.

-- study_chats: the owner reads them; the pipeline that fills them is not the API, so nobody writes here.

alter table public.study_chats enable row level security;
revoke all on public.study_chats from public, anon, authenticated, service_role, session_api;
grant select (id, profile_id, session_id, title, created_at) on public.study_chats to authenticated;
-- nothing for session_api: no endpoint reads or writes chats; they go with their session, by cascade

drop policy if exists select_own on public.study_chats;
create policy select_own on public.study_chats
  for select to authenticated
  using (profile_id = (select session_api.caller_id()));
comment on policy select_own on public.study_chats is 'chats are read by the owner of their session';

drop policy if exists select_unestimated on public.study_chats;
create policy select_unestimated on public.study_chats
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.study_chats is 'users learn no estimate of rows that they may not read, and one read is bounded';

-- study_chunks: the owner reads them; the pipeline that fills them is not the API, so nobody writes here.

alter table public.study_chunks enable row level security;
revoke all on public.study_chunks from public, anon, authenticated, service_role, session_api;
grant select (id, profile_id, document_id, chunk_index, content, created_at) on public.study_chunks to authenticated;
-- nothing for session_api: no endpoint reads or writes chunks; they go with their session, by cascade

drop policy if exists select_own on public.study_chunks;
create policy select_own on public.study_chunks
  for select to authenticated
  using (profile_id = (select session_api.caller_id()));
comment on policy select_own on public.study_chunks is 'chunks are read by the owner of their session';

drop policy if exists select_unestimated on public.study_chunks;
create policy select_unestimated on public.study_chunks
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.study_chunks is 'users learn no estimate of rows that they may not read, and one read is bounded';

-- study_documents: the owner reads them; the pipeline that fills them is not the API, so nobody writes here.

alter table public.study_documents enable row level security;
revoke all on public.study_documents from public, anon, authenticated, service_role, session_api;
grant select (id, profile_id, session_id, file_name, mime_type, created_at) on public.study_documents to authenticated;
-- nothing for session_api: no endpoint reads or writes documents; they go with their session, by cascade

drop policy if exists select_own on public.study_documents;
create policy select_own on public.study_documents
  for select to authenticated
  using (profile_id = (select session_api.caller_id()));
comment on policy select_own on public.study_documents is 'documents are read by the owner of their session';

drop policy if exists select_unestimated on public.study_documents;
create policy select_unestimated on public.study_documents
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.study_documents is 'users learn no estimate of rows that they may not read, and one read is bounded';

-- study_messages: the owner reads them; the pipeline that fills them is not the API, so nobody writes here.

alter table public.study_messages enable row level security;
revoke all on public.study_messages from public, anon, authenticated, service_role, session_api;
grant select (id, profile_id, chat_id, role, content, created_at) on public.study_messages to authenticated;
-- nothing for session_api: no endpoint reads or writes messages; they go with their session, by cascade

drop policy if exists select_own on public.study_messages;
create policy select_own on public.study_messages
  for select to authenticated
  using (profile_id = (select session_api.caller_id()));
comment on policy select_own on public.study_messages is 'messages are read by the owner of their session';

drop policy if exists select_unestimated on public.study_messages;
create policy select_unestimated on public.study_messages
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.study_messages is 'users learn no estimate of rows that they may not read, and one read is bounded';

-- study_sessions: the owner's, read directly, written through the API (its status has a flow).

alter table public.study_sessions enable row level security;
revoke all on public.study_sessions from public, anon, authenticated, service_role, session_api;
grant select (id, profile_id, title, description, status, draft_plan, created_at, updated_at)
  on public.study_sessions to authenticated, session_api;
-- not granted: status (a session starts as UPLOADING), timestamps
grant insert (profile_id, title, description) on public.study_sessions to session_api;
grant update (title, description, status, draft_plan) on public.study_sessions to session_api;
grant delete on public.study_sessions to session_api;

drop policy if exists select_own on public.study_sessions;
create policy select_own on public.study_sessions
  for select to authenticated, session_api
  using (profile_id = (select session_api.caller_id()));
comment on policy select_own on public.study_sessions is 'a study session is read by its owner';

drop policy if exists select_unestimated on public.study_sessions;
create policy select_unestimated on public.study_sessions
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.study_sessions is 'users learn no estimate of rows that they may not read, and one read is bounded';

drop policy if exists insert_own on public.study_sessions;
create policy insert_own on public.study_sessions
  for insert to session_api
  with check (profile_id = (select session_api.caller_id()));
comment on policy insert_own on public.study_sessions is 'the API creates a study session for the caller';

drop policy if exists update_own on public.study_sessions;
create policy update_own on public.study_sessions
  for update to session_api
  using (profile_id = (select session_api.caller_id()))
  with check (profile_id = (select session_api.caller_id()));
comment on policy update_own on public.study_sessions is 'the API changes a study session for its owner';

drop policy if exists delete_own on public.study_sessions;
create policy delete_own on public.study_sessions
  for delete to session_api
  using (profile_id = (select session_api.caller_id()));
comment on policy delete_own on public.study_sessions is 'the API deletes a study session for its owner';

-- 404 or 403: row-level security hides both a missing and another user's row, and only the API may ask which it is.
create or replace function public.study_session_exists(session_id uuid)
returns boolean
language plpgsql
stable
-- security definer: it asks about a row that the caller may not see; it tells only whether there is one, and only the API
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from public.study_sessions as session where session.id = study_session_exists.session_id
  );
end
$$;
comment on function public.study_session_exists(uuid) is 'whether a study session exists, visible to the caller or not';
revoke execute on function public.study_session_exists(uuid) from public, anon, authenticated, service_role, session_api;
grant execute on function public.study_session_exists(uuid) to session_api;

-- before insert and first by name: a repeated request must fail on its key, not on what the first one has created
create or replace trigger claim_idempotency_key before insert on public.study_sessions
  for each row execute function session_api.claim_idempotency_key();
create or replace trigger erase_answers after delete on public.study_sessions
  referencing old table as erased for each statement execute function session_api.erase_answers();

create or replace trigger set_updated_at before update on public.study_sessions
  for each row execute function session_api.set_updated_at();

-- pages follow this table live: `postgres_changes` reads each changed row as the subscriber
select session_api.publish('public.study_sessions');

-- study_topics: the owner reads them; the pipeline that fills them is not the API, so nobody writes here.

alter table public.study_topics enable row level security;
revoke all on public.study_topics from public, anon, authenticated, service_role, session_api;
grant select (id, profile_id, session_id, title, position, created_at) on public.study_topics to authenticated;
-- nothing for session_api: no endpoint reads or writes topics; they go with their session, by cascade

drop policy if exists select_own on public.study_topics;
create policy select_own on public.study_topics
  for select to authenticated
  using (profile_id = (select session_api.caller_id()));
comment on policy select_own on public.study_topics is 'topics are read by the owner of their session';

drop policy if exists select_unestimated on public.study_topics;
create policy select_unestimated on public.study_topics
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.study_topics is 'users learn no estimate of rows that they may not read, and one read is bounded';
