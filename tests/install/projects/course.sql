-- A study app whose server asked as the tables' owner: an enum status, times without a zone, columns and triggers of its own.
create type public.course_status as enum ('UPLOADING', 'PROCESSING', 'PLANNING', 'READY', 'FAILED', 'ARCHIVED');
create table public.profiles (id uuid primary key references auth.users (id) on delete cascade, username text unique, full_name text);
create table public.study_sessions (
  id uuid primary key default gen_random_uuid(),
  profile_id uuid not null references public.profiles (id) on delete cascade,
  title varchar not null,
  description text,
  status public.course_status not null default 'UPLOADING',
  draft_plan json,
  language text not null default 'en',
  color text not null,
  created_at timestamp without time zone not null default (now() at time zone 'utc'),
  updated_at timestamp without time zone
);
create function public.touch() returns trigger language plpgsql as $$ begin new.updated_at = now() at time zone 'utc'; return new; end $$;
create trigger set_updated_at before update on public.study_sessions for each row execute function public.touch();
create function public.no_shouting() returns trigger language plpgsql
  as $$ begin if new.title ~ '[A-Z]{12}' then raise exception 'do not shout'; end if; return new; end $$;
create trigger no_shouting before insert or update on public.study_sessions for each row execute function public.no_shouting();
alter table public.profiles enable row level security;
create policy own on public.profiles to authenticated using (id = auth.uid()) with check (id = auth.uid());
insert into auth.users (id, email) select ('10000000-0000-4000-8000-00000000000' || n)::uuid, n || '@example.com' from generate_series(1, 2) n;
insert into public.profiles (id, username) select id, email from auth.users;
insert into public.study_sessions (id, profile_id, title, status, draft_plan, color) values
  ('40000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 'Algebra', 'READY', '{"weeks": [1, 2]}', 'red'),
  ('40000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000001', '', 'ARCHIVED', null, 'blue'),
  ('40000000-0000-4000-8000-000000000003', '10000000-0000-4000-8000-000000000002', repeat('long ', 60), 'UPLOADING', '[1e308]', 'blue');
