"""What a project has: every row and definition, to be compared before and after."""

from typing import Any

from psycopg import Connection

_DEFINITIONS = """
select format('column %s.%s', attrelid::regclass, attname),
       format_type(atttypid, atttypmod) || coalesce(' ' || pg_get_expr(adbin, adrelid), '')
       || coalesce(' ' || col_description(attrelid, attnum), '')
from pg_catalog.pg_attribute
join pg_catalog.pg_class on pg_class.oid = attrelid
left join pg_catalog.pg_attrdef on adrelid = attrelid and adnum = attnum
where relnamespace in ('public'::regnamespace, to_regnamespace('private'))
  and relkind in ('r', 'p', 'v') and attnum > 0 and not attisdropped
union all
select format('index %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
from pg_catalog.pg_index join pg_catalog.pg_class on pg_class.oid = indexrelid
where relnamespace = 'public'::regnamespace
union all
select format('constraint %s.%s', conrelid::regclass, conname), pg_get_constraintdef(oid)
from pg_catalog.pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'
union all
select format('trigger %s.%s', tgrelid::regclass, tgname), pg_get_triggerdef(oid)
from pg_catalog.pg_trigger where not tgisinternal and tgrelid::regclass::text not like 'auth%'
union all
select format('policy %s.%s', polrelid::regclass, polname),
       concat_ws(' ', polcmd::text, pg_get_expr(polqual, polrelid),
                 pg_get_expr(polwithcheck, polrelid))
from pg_catalog.pg_policy
union all
select format('comment %s', oid::regclass), obj_description(oid, 'pg_class')
from pg_catalog.pg_class
where relnamespace = 'public'::regnamespace and obj_description(oid, 'pg_class') is not null
union all
select format('function %s', oid::regprocedure), pg_get_functiondef(oid)
from pg_catalog.pg_proc where pronamespace in ('public'::regnamespace, to_regnamespace('private'))
"""

_ACCESS = """
select format('grant %s %s %s', pg_class.oid::regclass, grantee::regrole, privilege_type), ''
from pg_catalog.pg_class cross join aclexplode(relacl)
where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')
union all
select format('grant %s.%s %s %s', attrelid::regclass, attname, grantee::regrole, privilege_type),
       ''
from pg_catalog.pg_attribute cross join aclexplode(attacl)
join pg_catalog.pg_class on pg_class.oid = attrelid
where relnamespace = 'public'::regnamespace and not attisdropped
union all
select format('security %s', oid::regclass), relrowsecurity::text || relforcerowsecurity::text
from pg_catalog.pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
union all
select format('roles %s.%s', polrelid::regclass, polname),
       concat_ws(' ', polpermissive, array(select unnest(polroles)::regrole::text order by 1))
from pg_catalog.pg_policy
union all
select format('null %s.%s', attrelid::regclass, attname), (not attnotnull)::text
from pg_catalog.pg_attribute join pg_catalog.pg_class on pg_class.oid = attrelid
where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
union all
select format('published %s.%s', schemaname, tablename), pubname
from pg_catalog.pg_publication_tables
union all
select format('trigger auth.users.%s', tgname), pg_get_triggerdef(oid)
from pg_catalog.pg_trigger where not tgisinternal and tgrelid = 'auth.users'::regclass
"""


def definitions(connection: Connection) -> dict[str, str]:
    """Everything that is defined, by name."""
    return dict(connection.execute(_DEFINITIONS).fetchall())


def access(connection: Connection) -> dict[str, str]:
    """Who may do what, by name, and what else is no definition."""
    return dict(connection.execute(_ACCESS).fetchall())


def rows(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table in `public`."""
    tables = connection.execute(
        "select relname::text from pg_catalog.pg_class "
        "where relnamespace = 'public'::regnamespace and relkind = 'r'"
    ).fetchall()
    return {
        name: [
            row
            for (row,) in connection.execute(
                f'select to_jsonb(t) from public."{name}" as t order by to_jsonb(t)::text'
            )
        ]
        for (name,) in tables
    }


def is_kept(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> bool:
    """Return whether every row still has its values; columns may have been added."""
    columns = before[0].keys() if before else ()
    kept = [{name: row[name] for name in columns} for row in after] if before else after
    return sorted(map(str, before)) == sorted(map(str, kept))
