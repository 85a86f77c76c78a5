-- updated_at is kept by a trigger: no role may write it.

create or replace function session_api.set_updated_at()
returns trigger
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function session_api.set_updated_at() is 'keeps updated_at, which nobody may write';
revoke execute on function session_api.set_updated_at() from public, anon, authenticated, service_role, session_api;
