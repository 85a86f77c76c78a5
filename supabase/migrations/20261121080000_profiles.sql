-- Row-level security goes on with each table, so that nobody reads anything before the policies come (20261121080500).

create schema private;
revoke all on schema private from public, anon, authenticated, service_role;

create function private.set_updated_at()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function private.set_updated_at() is 'keeps updated_at, which nobody may write';
revoke execute on function private.set_updated_at() from public;

-- No e-mail address here: a match partner may read this row.
create table public.user_profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  first_name text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- written straight from the browser and shown to others: plain, without control characters or anything a tag is made of
  constraint user_profiles_first_name_plain
    check (first_name !~ '[<>[:cntrl:]]' and first_name = btrim(first_name) and char_length(first_name) between 1 and 100)
);
comment on table public.user_profiles is 'what a user shows to their match partners; id is the user''s id';
alter table public.user_profiles enable row level security;
create trigger set_updated_at before update on public.user_profiles
  for each row execute function private.set_updated_at();
