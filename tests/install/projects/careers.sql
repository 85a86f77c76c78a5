-- A careers app whose sessions inherit a column and start with a status of its own.
insert into auth.users (id, email) select ('10000000-0000-4000-8000-00000000000' || n)::uuid, n || '@example.com' from generate_series(1, 3) n;
create schema app; create table app.base (created_at timestamptz default now());
create table public.job_postings (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id), title varchar(80) not null, company varchar(80), location text default 'x', "Salary Range" int4range, created_at timestamptz default now()) ;
create table public.interview_sessions (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id), job_posting_id uuid not null references public.job_postings (id) on delete restrict, status text not null default 'pending', current_question_number smallint default 0, score numeric not null default 0) inherits (app.base);
alter table public.job_postings enable row level security; alter table public.job_postings force row level security;
create policy p on public.job_postings to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "auth'd" on public.job_postings for select using ((select auth.role()) = 'authenticated');
grant select on public.interview_sessions to public;
create function public.tick() returns trigger language plpgsql as $$ begin new.score = new.score + 1; return new; end $$;
create trigger tick before update on public.interview_sessions for each row execute function public.tick();
insert into public.job_postings (id,user_id,title,company) values ('50000000-0000-4000-8000-000000000001','10000000-0000-4000-8000-000000000001','Baker',null);
insert into public.interview_sessions (id,user_id,job_posting_id,status,current_question_number) values ('40000000-0000-4000-8000-000000000001','10000000-0000-4000-8000-000000000001','50000000-0000-4000-8000-000000000001','done',null);
