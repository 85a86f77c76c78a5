-- Live changes: the tables that a page watches are in Supabase's publication, where a project has it. Replica identity stays
-- the primary key, so that a delete tells a subscriber an id and nothing else.

create or replace function session_api.publish(watched regclass)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from pg_publication where pubname = 'supabase_realtime')
    and not exists (
      select from pg_publication_tables
      where pubname = 'supabase_realtime' and format('%I.%I', schemaname, tablename)::regclass = watched
    )
  then
    execute format('alter publication supabase_realtime add table %s', watched);
  end if;
end
$$;
comment on function session_api.publish(regclass) is 'adds a table to the publication supabase_realtime, where that exists; for migrations';
revoke execute on function session_api.publish(regclass) from public, anon, authenticated, service_role, session_api;
