-- An interview app with text where we have other lengths, wider numbers, and no times of change.
create table public.job_postings (
  id uuid primary key,
  user_id uuid not null references auth.users (id),
  title varchar(80) not null,
  url text
);
create table public.interview_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  job_posting_id uuid references public.job_postings (id),
  status text not null default 'active',
  current_question_number bigint not null default 0,
  score numeric,
  created_at timestamptz not null default now()
);
insert into auth.users (id, email) values ('10000000-0000-4000-8000-000000000001', '1@example.com');
insert into public.job_postings (id, user_id, title) values
  ('50000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 'Baker');
