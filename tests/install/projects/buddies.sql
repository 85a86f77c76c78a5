-- A buddy app that lived before: our tables' names, most columns nullable, full grants and policies for the browser.
create schema private;
grant usage on schema private to authenticated;
create function private.is_admin() returns boolean language sql stable
  as $$ select coalesce(current_setting('request.jwt.claims', true)::jsonb -> 'app_metadata' ->> 'admin', 'false') = 'true' $$;

create table public.user_profiles (
  id uuid primary key default gen_random_uuid(),
  email text,
  first_name text,
  bio text,
  created_at timestamptz default now()
);
comment on table public.user_profiles is 'the app''s people';
create index profiles_email on public.user_profiles (email);
create table public.wingman_matches (
  id uuid primary key default gen_random_uuid(),
  user1_id uuid not null references public.user_profiles (id) on delete cascade,
  user2_id uuid not null references public.user_profiles (id) on delete cascade,
  status varchar(50) default 'pending',
  user1_reputation integer default 0,
  created_at timestamptz default now(),
  check (user1_id <> user2_id)
);
create table public.approach_challenges (
  id uuid primary key default gen_random_uuid(),
  difficulty varchar(50) not null,
  title varchar(200) not null,
  description text,
  points integer default 10
);
create table public.wingman_sessions (
  id uuid primary key default gen_random_uuid(),
  match_id uuid not null references public.wingman_matches (id) on delete cascade,
  user1_challenge_id uuid references public.approach_challenges (id),
  user2_challenge_id uuid references public.approach_challenges (id),
  venue_name varchar(200),
  scheduled_time timestamptz,
  status varchar(50) default 'scheduled' check (status in ('scheduled', 'in_progress', 'completed', 'cancelled', 'no_show')),
  completed_at timestamptz,
  user1_completed_confirmed_by_user2 boolean default false,
  user2_completed_confirmed_by_user1 boolean default false,
  notes text,
  mood smallint,
  created_at timestamptz default now()
);
comment on column public.wingman_sessions.mood is 'how it felt';
create index sessions_time on public.wingman_sessions (status, scheduled_time);
-- our name, another thing: what two matched people write to each other
create table public.chat_messages (
  id uuid primary key default gen_random_uuid(),
  match_id uuid not null references public.wingman_matches (id) on delete cascade,
  sender_id uuid not null references public.user_profiles (id) on delete cascade,
  message_text text not null
);
create table public.completions (id bigint generated always as identity primary key, session_id uuid);
create function public.log_completion() returns trigger language plpgsql security definer set search_path = ''
as $$
begin
  if new.status = 'completed' and old.status is distinct from 'completed' then
    insert into public.completions (session_id) values (new.id);
  end if;
  return new;
end
$$;
create trigger log_completion after update on public.wingman_sessions for each row execute function public.log_completion();

alter table public.user_profiles enable row level security;
alter table public.wingman_matches enable row level security;
alter table public.approach_challenges enable row level security;
alter table public.wingman_sessions enable row level security;
alter table public.chat_messages enable row level security;
create policy "see own profile" on public.user_profiles for select to authenticated using ((select auth.uid()) = id);
create policy "edit own profile" on public.user_profiles for update to authenticated using ((select auth.uid()) = id);
create policy "see my matches" on public.wingman_matches for select to authenticated
  using ((select auth.uid()) in (user1_id, user2_id));
create policy "change my matches" on public.wingman_matches for update to authenticated
  using ((select auth.uid()) in (user1_id, user2_id));
create policy "all may see challenges" on public.approach_challenges for select to anon, authenticated using (true);
create policy "change sessions" on public.wingman_sessions for update to authenticated using (
  exists (select from public.wingman_matches m where m.id = match_id and (select auth.uid()) in (m.user1_id, m.user2_id))
);
-- three doors: anybody reads, anybody signed in reads, and a policy for every role, which is the API's too
create policy "read all" on public.wingman_sessions for select using (true);
create policy "signed in" on public.wingman_sessions for select to authenticated using (auth.uid() is not null);
create policy "admins" on public.wingman_sessions for all using ((select private.is_admin()));
-- ours has the same name
create policy select_joined on public.wingman_sessions for select to authenticated using (
  exists (select from public.wingman_matches m where m.id = match_id and (select auth.uid()) in (m.user1_id, m.user2_id))
);

insert into auth.users (id, email) select ('10000000-0000-4000-8000-00000000000' || n)::uuid, n || '@example.com' from generate_series(1, 3) n;
insert into public.user_profiles (id, email, first_name, bio) values
  ('10000000-0000-4000-8000-000000000001', '1@example.com', 'Ines', 'hi'),
  ('10000000-0000-4000-8000-000000000002', '2@example.com', null, null),
  ('10000000-0000-4000-8000-000000000003', '3@example.com', 'Max & <i>Mia</i>', 'yo'),
  ('10000000-0000-4000-8000-000000000004', '4@example.com', 'Left', 'no account any more');
insert into public.wingman_matches (id, user1_id, user2_id, status) values
  ('20000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000002', 'accepted'),
  ('20000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000003', 'accepted'),
  ('20000000-0000-4000-8000-000000000003', '10000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000004', 'accepted'),
  ('20000000-0000-4000-8000-000000000004', '10000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000003', 'blocked'),
  ('20000000-0000-4000-8000-000000000005', '10000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000003', null);
insert into public.approach_challenges (id, difficulty, title, description, points) values
  ('30000000-0000-4000-8000-000000000001', 'beginner', 'Say hello', 'To one person.', 10),
  ('30000000-0000-4000-8000-000000000002', 'advanced', 'Tell a joke', null, null);
insert into public.wingman_sessions (id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, status, completed_at, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, notes, mood, created_at) values
  ('40000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000002', 'Bar', now() - interval '2 hours', 'scheduled', null, false, false, 'see you', 3, now() - interval '2 days'),
  ('40000000-0000-4000-8000-000000000002', '20000000-0000-4000-8000-000000000002', '30000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001', 'Park', now() - interval '9 days', 'completed', now() - interval '9 days', true, true, null, null, now() - interval '10 days'),
  ('40000000-0000-4000-8000-000000000003', '20000000-0000-4000-8000-000000000002', '30000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001', 'Museum', now() - interval '8 days', 'scheduled', null, true, true, null, null, now() - interval '9 days'),
  ('40000000-0000-4000-8000-000000000004', '20000000-0000-4000-8000-000000000002', '30000000-0000-4000-8000-000000000001', null, 'Library', now() - interval '7 days', 'completed', null, false, null, '<script>alert(1)</script>', null, now() - interval '8 days'),
  ('40000000-0000-4000-8000-000000000005', '20000000-0000-4000-8000-000000000003', null, null, null, null, 'scheduled', null, false, false, null, null, now() - interval '6 days'),
  ('40000000-0000-4000-8000-000000000006', '20000000-0000-4000-8000-000000000003', '30000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001', '', now() - interval '30 days', null, null, null, null, repeat('n', 3000), null, now() - interval '5 days');
insert into public.chat_messages (match_id, sender_id, message_text) values ('20000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 'hey');
