-- What one direct read may ask for. PostgREST lets a signed-in user embed tables in a circle of foreign keys, where each
-- round multiplies the rows, select one long column hundreds of times, and cast eight characters to a number of 131,072 digits:
-- that takes 1 GB of memory per connection. `title::regrole` tells which roles exist. Neither PostgREST nor a role has a
-- setting against it. So each table with personal rows asks this in `select_unestimated`.

create or replace function session_api.is_bounded_read()
returns boolean
language plpgsql
-- immutable, although it reads the statement's text: so the planner calls it once per plan, and it is not called per row
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  statement constant text := current_query();
begin
  if statement not like 'WITH pgrst_source%' then  -- not PostgREST's
    return true;
  end if;
  if length(statement) > 8000
    -- a table at two depths: PostgREST names it after the depth, and not at all at depth 0, where it may also be written to
    or exists (
      select
      from regexp_matches(statement, '(?:FROM|INTO|UPDATE) ("[^"]+"\."[^"]+")( AS "[^"]+")?', 'g') as source (part)
      group by part[1]
      having count(distinct coalesce(part[2], '')) > 1
    )
    -- one column, or a table's `*`: what follows its name tells whether it is in the answer, or a filter's. A path into a text
    -- (`title->0`, written to_jsonb(…)->) is all of it
    or exists (
      select
      from regexp_matches(statement, '((?:"[^"]+"\.)?"[^"]+"\.(?:"[^"]+"|\*))(,| AS | FROM |\)[^ ]+ AS )?', 'g') as named (part)
      group by part[1]
      having count(part[2]) > 2 or count(*) > 12
    )
    or exists (
      select
      from regexp_matches(statement, ' AS ([^"()]+) \)', 'g') as cast_to (part)
      -- not jsonb: eight characters of a text become a number of 131,072 digits
      where lower(part[1]) <> all (array[
        'text', 'json', 'uuid', 'bool', 'boolean', 'int', 'int2', 'int4', 'int8', 'integer', 'smallint', 'bigint',
        'date', 'time', 'timestamp', 'timestamptz'
      ])
    )
  then
    raise statement_too_complex using
      message = 'this read asks for too much at once',
      hint = 'Embed a table at one depth only, select a column twice and name it 12 times at most, and cast to text, json, uuid, boolean, integers, dates and times only.';
  end if;
  return true;
end
$$;
comment on function session_api.is_bounded_read() is 'true, and an error for a read through PostgREST that embeds in circles, repeats a column or casts to an unusual type';
revoke execute on function session_api.is_bounded_read() from public, anon, authenticated, service_role, session_api;
grant execute on function session_api.is_bounded_read() to authenticated;
-- not for session_api: no user holds its token
