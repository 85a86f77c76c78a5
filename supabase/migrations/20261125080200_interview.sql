-- Interview: job postings and practice interviews.
-- Once this has run anywhere, do not edit it: write a new migration.

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
  constraint job_postings_description_length check (char_length(description) <= 20000),
  -- Written straight from the browser, and returned by the API unchanged. So what the API's own cleaning would remove is
  -- refused: control characters, characters that change the direction of text, noncharacters, the start of markup, and a
  -- character reference that would be decoded to one. `a < b`, `R&D` and `List<3>` are text.
  constraint job_postings_title_plain check (
    title ~ '[^ ]'
    and title !~ '[\u0001-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]'
    and title !~ '<[A-Za-z/!?&]|&(lt|LT|nvlt|amp|AMP|#[0-9xX])'
  ),
  constraint job_postings_company_plain check (
    company !~ '[\u0001-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]'
    and company !~ '<[A-Za-z/!?&]|&(lt|LT|nvlt|amp|AMP|#[0-9xX])'
  ),
  -- of several lines: with tabs, line feeds and carriage returns
  constraint job_postings_description_plain check (
    description !~ '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]'
    and description !~ '<[A-Za-z/!?&]|&(lt|LT|nvlt|amp|AMP|#[0-9xX])'
  )
);
comment on table public.job_postings is 'a posting that its owner practises for';
alter table public.job_postings enable row level security;

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

-- From supabase/policies/interview/, which is what to read and to change.

-- interview_sessions: the owner's, read directly, created through the API.

alter table public.interview_sessions enable row level security;
revoke all on public.interview_sessions from public, anon, authenticated, service_role, session_api;
grant select (id, user_id, job_posting_id, status, current_question_number, created_at, updated_at)
  on public.interview_sessions to authenticated, session_api;
-- not granted: status and question number; an interview begins active, at question 0
grant insert (user_id, job_posting_id) on public.interview_sessions to session_api;
-- no update or delete grant: no endpoint does either

drop policy if exists select_own on public.interview_sessions;
create policy select_own on public.interview_sessions
  for select to authenticated, session_api
  using (user_id = (select session_api.caller_id()));
comment on policy select_own on public.interview_sessions is 'an interview session is read by its owner';

drop policy if exists select_unestimated on public.interview_sessions;
create policy select_unestimated on public.interview_sessions
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.interview_sessions is 'users learn no estimate of rows that they may not read, and one read is bounded';

drop policy if exists insert_own on public.interview_sessions;
create policy insert_own on public.interview_sessions
  for insert to session_api
  with check (user_id = (select session_api.caller_id()));
comment on policy insert_own on public.interview_sessions is 'the API starts an interview for the caller; that the posting is theirs too is a foreign key';

-- 404 or 403: row-level security hides both a missing and another user's row, and only the API may ask which it is.
create or replace function public.interview_session_exists(session_id uuid)
returns boolean
language plpgsql
stable
-- security definer: it asks about a row that the caller may not see; it tells only whether there is one, and only the API
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from public.interview_sessions as session where session.id = interview_session_exists.session_id
  );
end
$$;
comment on function public.interview_session_exists(uuid) is 'whether an interview session exists, visible to the caller or not';
revoke execute on function public.interview_session_exists(uuid) from public, anon, authenticated, service_role, session_api;
grant execute on function public.interview_session_exists(uuid) to session_api;

-- before insert and first by name: a repeated request must fail on its key, not on what the first one has created
create or replace trigger claim_idempotency_key before insert on public.interview_sessions
  for each row execute function session_api.claim_idempotency_key();
create or replace trigger erase_answers after delete on public.interview_sessions
  referencing old table as erased for each statement execute function session_api.erase_answers();

create or replace trigger set_updated_at before update on public.interview_sessions
  for each row execute function session_api.set_updated_at();

-- pages follow this table live: `postgres_changes` reads each changed row as the subscriber
select session_api.publish('public.interview_sessions');

-- job_postings: the owner's, written straight from the browser: ownership is the only rule.

alter table public.job_postings enable row level security;
revoke all on public.job_postings from public, anon, authenticated, service_role, session_api;
grant select (id, user_id, title, company, description, created_at, updated_at) on public.job_postings to authenticated;
-- not granted: id; an id that the caller chooses would reveal whether it is already taken
grant insert (user_id, title, company, description) on public.job_postings to authenticated;
grant update (title, company, description) on public.job_postings to authenticated;
grant delete on public.job_postings to authenticated;
grant select (id, user_id, title, company) on public.job_postings to session_api;

drop policy if exists select_own on public.job_postings;
create policy select_own on public.job_postings
  for select to authenticated, session_api
  using (user_id = (select session_api.caller_id()));
comment on policy select_own on public.job_postings is 'a job posting is read by its owner';

drop policy if exists select_unestimated on public.job_postings;
create policy select_unestimated on public.job_postings
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.job_postings is 'users learn no estimate of rows that they may not read, and one read is bounded';

drop policy if exists insert_own on public.job_postings;
create policy insert_own on public.job_postings
  for insert to authenticated
  with check (user_id = (select session_api.caller_id()));
comment on policy insert_own on public.job_postings is 'a user adds job postings of their own';

drop policy if exists update_own on public.job_postings;
create policy update_own on public.job_postings
  for update to authenticated
  using (user_id = (select session_api.caller_id()))
  with check (user_id = (select session_api.caller_id()));
comment on policy update_own on public.job_postings is 'a user changes their own job postings';

drop policy if exists delete_own on public.job_postings;
create policy delete_own on public.job_postings
  for delete to authenticated
  using (user_id = (select session_api.caller_id()));
comment on policy delete_own on public.job_postings is 'a user deletes their own job postings; sessions held for one stay';

create or replace trigger set_updated_at before update on public.job_postings
  for each row execute function session_api.set_updated_at();

-- Without a bound, a script could fill the disk, and rewrite all of it in one statement: a posting has up to 80 kB of text.
create or replace function session_api.bound_job_postings()
returns trigger
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  -- one user's inserts wait for each other until commit, so that each counts what the other has stored
  perform pg_advisory_xact_lock(hashtextextended('session_api.job_postings ' || new.user_id, 0));
  if (select count(*) from public.job_postings as posting where posting.user_id = new.user_id) >= 200 then
    raise check_violation using
      constraint = 'job_postings_per_user',
      message = 'a user has at most 200 job postings',
      hint = 'Delete some first.';
  end if;
  return new;
end
$$;
comment on function session_api.bound_job_postings() is 'refuses a user''s 201st job posting';
revoke execute on function session_api.bound_job_postings() from public, anon, authenticated, service_role, session_api;
-- before and for each row: a statement with 20,000 rows ends at the first that is too many
create or replace trigger bound_job_postings before insert on public.job_postings
  for each row execute function session_api.bound_job_postings();
