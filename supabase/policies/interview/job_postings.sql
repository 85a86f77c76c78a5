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
