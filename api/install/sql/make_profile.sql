-- A new account gets a profile. Whatever goes wrong, the sign-up succeeds.
create or replace function session_api.make_profile()
returns trigger
language plpgsql
volatile
-- security definer: the auth service has no right to write profiles
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  given text;
begin
  begin
    given := coalesce(
      new.raw_user_meta_data ->> 'first_name',
      new.raw_user_meta_data ->> 'full_name',
      new.raw_user_meta_data ->> 'name'
    );
    -- our own table of profiles takes no `&`
    given := session_api.clean_name(replace(session_api.clean_name(given), '&', ' '));
    insert into {table} ({key}, {column}) values (new.id, coalesce(given, 'New user')) on conflict do nothing;
  exception when others then
    begin
      insert into {table} ({key}, {column}) values (new.id, 'New user') on conflict do nothing;
    exception when others then
      raise warning 'no profile was made for a new account: %', sqlstate;
    end;
  end;
  return new;
end
$$;
comment on function session_api.make_profile() is 'makes the profile of a new account; never refuses the account';
revoke execute on function session_api.make_profile() from public, anon, authenticated, service_role, session_api;
create or replace trigger session_api_make_profile after insert on auth.users
  for each row execute function session_api.make_profile();
