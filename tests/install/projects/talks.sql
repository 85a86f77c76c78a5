-- A chat app whose messages have numbers with gaps, written by its frontend, beside another table that refers to them.
create table public.chat_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  title text not null default 'New chat',
  model text not null default 'small',
  created_at timestamptz not null default now()
);
create table public.chat_messages (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.chat_sessions (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  message_order integer not null default 0,
  role text not null default 'user',
  content text not null,
  tokens integer,
  "timestamp" timestamptz not null default now()
);
create table public.reactions (
  message_id uuid not null references public.chat_messages (id) on delete cascade,
  emoji text not null,
  primary key (message_id, emoji)
);
alter table public.chat_sessions enable row level security;
alter table public.chat_messages enable row level security;
create policy "own chats" on public.chat_sessions for all using ((select auth.uid()) = user_id);
create policy "own messages" on public.chat_messages for all to authenticated using ((select auth.uid()) = user_id);
insert into auth.users (id, email) select ('10000000-0000-4000-8000-00000000000' || n)::uuid, n || '@example.com' from generate_series(1, 2) n;
insert into public.chat_sessions (id, user_id, title) values
  ('40000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 'Plans <b>for</b> Sunday');
insert into public.chat_messages (id, session_id, user_id, message_order, role, content, tokens, "timestamp") values
  ('41000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 0, 'user', 'Hello', 1, now() - interval '3 hours'),
  ('41000000-0000-4000-8000-000000000002', '40000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 2, 'assistant', '<b>Hi</b>', null, now() - interval '2 hours'),
  ('41000000-0000-4000-8000-000000000003', '40000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 7, 'tool', '{}', 9, now() - interval '1 hour');
insert into public.reactions values ('41000000-0000-4000-8000-000000000001', '+1');
