create table public.job_postings (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  title text not null,
  company text,
  description text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint job_postings_owner_key unique (user_id, id),
  constraint job_postings_title_length check (char_length(title) between 1 and 200),
  constraint job_postings_company_length check (char_length(company) <= 200),
  constraint job_postings_description_length check (char_length(description) <= 20000)
);
comment on table public.job_postings is 'a posting that its owner practises for';
alter table public.job_postings enable row level security;
create trigger set_updated_at before update on public.job_postings
  for each row execute function private.set_updated_at();

create table public.interview_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  job_posting_id uuid,
  status text not null default 'active',
  current_question_number integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint interview_sessions_status_known check (status in ('active', 'completed', 'abandoned')),
  constraint interview_sessions_question_range check (current_question_number >= 0),
  -- "the posting is mine" is a fact of the schema: a missing and a foreign posting fail alike
  constraint interview_sessions_job_posting_fkey foreign key (user_id, job_posting_id)
    references public.job_postings (user_id, id) on delete set null (job_posting_id)
);
comment on table public.interview_sessions is 'a practice interview; it outlives its posting';
create index interview_sessions_job_posting_idx on public.interview_sessions (user_id, job_posting_id);
create index interview_sessions_newest_idx on public.interview_sessions (user_id, created_at desc, id desc);
alter table public.interview_sessions enable row level security;
create trigger set_updated_at before update on public.interview_sessions
  for each row execute function private.set_updated_at();
