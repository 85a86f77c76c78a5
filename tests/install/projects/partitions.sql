-- A table in partitions.
create table public.chat_sessions (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  title text not null,
  created_at timestamptz not null default now()
) partition by range (created_at);
create table public.chat_sessions_all partition of public.chat_sessions default;
