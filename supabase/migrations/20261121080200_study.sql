-- Children carry their owner's id, tied to the parent's (owner, id) by a composite foreign key: each policy is one comparison,
-- and no child can hang on another user's parent. The unique (owner, id) is also the index that the policies use.

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
create trigger set_updated_at before update on public.study_sessions
  for each row execute function private.set_updated_at();

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
