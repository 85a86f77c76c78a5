create table public.chat_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  title text not null,
  message_count bigint not null default 0,
  created_at timestamptz not null default now(),
  last_updated timestamptz not null default now(),
  constraint chat_sessions_owner_key unique (user_id, id),
  constraint chat_sessions_title_length check (char_length(title) between 1 and 200),
  constraint chat_sessions_message_count_range check (message_count >= 0)
)
-- each message updates its session: room on the page keeps that update off the indexes
with (fillfactor = 80);
comment on table public.chat_sessions is 'a conversation; message_count and last_updated are kept by its messages';
create index chat_sessions_newest_idx on public.chat_sessions (user_id, created_at desc, id desc);
-- no index on last_updated: it would turn each message's update into an index write, to save sorting one user's sessions
alter table public.chat_sessions enable row level security;

create table public.chat_messages (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null,
  session_id uuid not null,
  message_order bigint not null,
  role text not null default 'user',
  content text not null,
  "timestamp" timestamptz not null,
  constraint chat_messages_order_key unique (user_id, session_id, message_order),
  constraint chat_messages_role_known check (role in ('user', 'assistant', 'system')),
  constraint chat_messages_content_length check (char_length(content) between 1 and 32000),
  constraint chat_messages_session_fkey foreign key (user_id, session_id)
    references public.chat_sessions (user_id, id) on delete cascade
);
comment on table public.chat_messages is 'message_order is dense, 1…n in a session, and rises with timestamp';
alter table public.chat_messages enable row level security;

create function private.number_chat_message()
returns trigger
language plpgsql
-- security definer: counts in the session's row, which no role may write
security definer
set search_path = ''
as $$
begin
  -- the update holds the session's row until commit: writers to one session wait for each other here
  update public.chat_sessions as session
  set message_count = session.message_count + 1,
      last_updated = greatest(clock_timestamp(), session.last_updated)
  where session.id = new.session_id and session.user_id = new.user_id
  returning session.message_count, session.last_updated into new.message_order, new."timestamp";
  if not found then
    raise foreign_key_violation using
      constraint = 'chat_messages_session_fkey',
      message = 'insert on "chat_messages" violates foreign key constraint "chat_messages_session_fkey"';
  end if;
  return new;
end
$$;
comment on function private.number_chat_message() is 'gives a message the next number of its session, and the session its total and time of the latest message';
revoke execute on function private.number_chat_message() from public;
create trigger number_chat_message before insert on public.chat_messages
  for each row execute function private.number_chat_message();
