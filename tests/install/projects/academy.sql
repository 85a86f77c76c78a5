-- A school's app: no row-level security, domains, generated and identity columns, names that have to be quoted.
create domain public.short_text as text check (length(value) <= 300);
create table public.study_sessions (
  id uuid primary key default gen_random_uuid(),
  number bigint generated always as identity,
  profile_id uuid not null references auth.users (id),
  title public.short_text not null,
  description text constraint no_novels check (length(description) < 5000),
  status text default 'UPLOADING' constraint a_status check (status <> ''),
  draft_plan jsonb,
  title_length integer generated always as (length(title)) stored,
  "order" integer not null default 0,
  "Due Date" timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on column public.study_sessions."Due Date" is 'when it''s due; "soon"';
create unique index "one title each" on public.study_sessions (profile_id, lower(title)) where "order" = 0;
create function public.keep_ready() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  if old.status = 'READY' then raise exception using errcode = 'PT409', message = 'a ready course is kept'; end if;
  return old;
end $$;
create trigger "keep ready" before delete on public.study_sessions for each row execute function public.keep_ready();
create function public.my_courses() returns setof public.study_sessions language sql stable security definer set search_path = ''
  as $$ select * from public.study_sessions where profile_id = auth.uid() $$;
create view public.ready_courses with (security_invoker = true) as select id, title from public.study_sessions where status = 'READY';
-- a policy that has waited for row-level security since somebody switched it off
create policy "all" on public.study_sessions using (auth.uid() = profile_id);
do $$ begin
  if not exists (select from pg_publication where pubname = 'supabase_realtime') then create publication supabase_realtime; end if;
end $$;
alter publication supabase_realtime add table public.study_sessions;

insert into auth.users (id, email) select ('10000000-0000-4000-8000-00000000000' || n)::uuid, n || '@example.com' from generate_series(1, 2) n;
insert into public.study_sessions (id, profile_id, title, status, "Due Date") values
  ('40000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 'Algebra', 'READY', now()),
  ('40000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000001', 'Logic', 'PLANNING', null),
  ('40000000-0000-4000-8000-000000000003', '10000000-0000-4000-8000-000000000002', repeat('long ', 50), 'UPLOADING', null);
