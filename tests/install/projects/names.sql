-- People are in profiles.full_name, behind a key of another name; chats are the app's own kind of thing.
create table public.profiles (
  user_id uuid primary key references auth.users (id) on delete cascade,
  full_name text,
  email text
);
alter table public.profiles enable row level security;
create policy own on public.profiles for select to authenticated using (user_id = (select auth.uid()));
insert into auth.users (id, email) select ('10000000-0000-4000-8000-00000000000' || n)::uuid, n || '@example.com' from generate_series(1, 3) n;
insert into public.profiles (user_id, full_name, email) values
  ('10000000-0000-4000-8000-000000000001', 'Ana Pi', '1@example.com'),
  ('10000000-0000-4000-8000-000000000002', null, '2@example.com'),
  ('10000000-0000-4000-8000-000000000003', '<b>Bo</b>&lt;script&gt;', '3@example.com');
