-- updated_at is kept by a trigger: no role may write it.

create or replace function session_api.set_updated_at()
returns trigger
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  -- later than before, even where whoever waited for the row had begun first: an ETag is made from it
  new.updated_at := greatest(now(), old.updated_at + interval '1 microsecond');
  return new;
end
$$;
comment on function session_api.set_updated_at() is 'keeps updated_at, which nobody may write and which rises with every update';
revoke execute on function session_api.set_updated_at() from public, anon, authenticated, service_role, session_api;
