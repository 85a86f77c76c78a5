"""The definitions of what is in our two schemas, by kind: a query of name and text for each."""

from typing import Final

_OURS = "(to_regnamespace('public'), to_regnamespace('session_api'))"

QUERIES: Final = {
    "column": f"""
        select format('%s.%s', attrelid::regclass, attname),
               concat_ws(' ', format_type(atttypid, atttypmod), nullif(attidentity::text, ''),
                         nullif(attgenerated::text, ''),
                         case when attcollation <> typcollation
                           then 'collate ' || attcollation::regcollation end,
                         case when attnotnull then 'not null' end,
                         (select concat_ws(' ', case when not convalidated then 'not valid' end,
                                           case when connoinherit then 'no inherit' end)
                          from pg_catalog.pg_constraint
                          where conrelid = attrelid and contype = 'n' and conkey = array[attnum]
                            and (connoinherit or not convalidated)),
                         'default ' || pg_get_expr(adbin, adrelid),
                         case when attstorage <> typstorage then 'storage ' || attstorage::text end,
                         'compression ' || nullif(attcompression::text, ''),
                         'statistics ' || nullif(attstattarget, -1),
                         -- PostgreSQL 15.20 keeps a number of its own there
                         (select string_agg(option, ' ') from unnest(attoptions) as option
                          where not starts_with(option, 'pg_attver=')))
        from pg_catalog.pg_attribute
        join pg_catalog.pg_class on pg_class.oid = attrelid
        join pg_catalog.pg_type on pg_type.oid = atttypid
        left join pg_catalog.pg_attrdef on adrelid = attrelid and adnum = attnum
        where relnamespace in {_OURS} and attnum > 0 and not attisdropped
          and (relkind = 'r' or relkind = 'v' and adbin is not null)""",
    "constraint": f"""
        select format('%s on %s', conname, conrelid::regclass),
               concat_ws(' ', pg_get_constraintdef(oid),
                         case when not convalidated then 'not valid' end)
        from pg_catalog.pg_constraint
        where connamespace in {_OURS} and contype in ('p', 'u', 'f', 'c', 'x') and conrelid <> 0""",
    "index": f"""
        select format('%s on %s', indexrelid::regclass, indrelid::regclass),
               concat_ws(' ', substring(pg_get_indexdef(indexrelid) from ' USING .*'),
                         case when indisunique then 'unique' end,
                         case when not (indisvalid and indisready) then 'invalid' end,
                         case when indisclustered then 'clustered' end)
        from pg_catalog.pg_index join pg_catalog.pg_class on pg_class.oid = indexrelid
        where relnamespace in {_OURS}""",
    "trigger": f"""
        select format('%s on %s', tgname, tgrelid::regclass),
               concat_ws(' ', tgenabled::text,
                         regexp_replace(pg_get_triggerdef(pg_trigger.oid), '^.* TRIGGER \\S+ ', ''))
        from pg_catalog.pg_trigger join pg_catalog.pg_class on pg_class.oid = tgrelid
        where relnamespace in {_OURS} and not tgisinternal""",
    "disabled foreign key": """
        select conname, string_agg(format('%s on %s', tgenabled, tgrelid::regclass), ' ')
        from pg_catalog.pg_trigger join pg_catalog.pg_constraint on pg_constraint.oid = tgconstraint
        where tgisinternal and tgenabled <> 'O' group by 1""",
    "policy": """
        select format('%s on %s', policyname, tablename),
               concat_ws(' ', permissive, cmd, roles::text, 'using', qual, 'check', with_check)
        from pg_catalog.pg_policies where schemaname in ('public', 'session_api')""",
    "function": f"""
        select oid::regprocedure::text,
               regexp_replace(pg_get_functiondef(oid), '\\s+', ' ', 'g')
        from pg_catalog.pg_proc where pronamespace in {_OURS} and prokind <> 'a'""",
    "aggregate": f"""
        select oid::regprocedure::text, '' from pg_catalog.pg_proc
        where pronamespace in {_OURS} and prokind = 'a'""",
    "view": f"""
        select oid::regclass::text, regexp_replace(pg_get_viewdef(oid), '\\s+', ' ', 'g')
        from pg_catalog.pg_class where relnamespace in {_OURS} and relkind in ('v', 'm')""",
    "relation": f"""
        select relation.oid::regclass::text,
               concat_ws(' ', 'owner', relation.relowner::regrole,
                         'persistence', relation.relpersistence,
                         'identity', relation.relreplident,
                         case when relation.relforcerowsecurity then 'forced' end,
                         array_to_string(relation.reloptions, ' '),
                         'toast ' || array_to_string(toast.reloptions, ' '))
        from pg_catalog.pg_class as relation
        left join pg_catalog.pg_class as toast on toast.oid = relation.reltoastrelid
        where relation.relnamespace in {_OURS} and relation.relkind in ('r', 'v', 'p', 'm')""",
    "owner of function": f"""
        select oid::regprocedure::text, proowner::regrole::text
        from pg_catalog.pg_proc where pronamespace in {_OURS}""",
}
