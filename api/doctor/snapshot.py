"""Everything that decides access in a live database, as text that can be compared."""

from collections.abc import Iterable
from typing import LiteralString

from psycopg import Connection

# Each query returns (object, state). Together they cover all that supabase/policies/ declares.
_QUERIES = (
    # policies, with their comments
    """
    select format('policy %s on %s.%s', polname, relnamespace::regnamespace, relname),
           concat_ws(' ', case when polpermissive then 'permissive' else 'restrictive' end,
                     polcmd::text, 'to',
                     (select string_agg(coalesce(rolname, 'public'), ', ' order by rolname)
                            from unnest(polroles) as member
                            left join pg_catalog.pg_roles on pg_roles.oid = member),
                     'using', pg_get_expr(polqual, polrelid),
                     'with check', pg_get_expr(polwithcheck, polrelid),
                     'comment', obj_description(pg_policy.oid, 'pg_policy'))
    from pg_catalog.pg_policy
    join pg_catalog.pg_class on pg_class.oid = polrelid
    """,
    # row-level security, definitions of views, options
    """
    select format('relation %s.%s', relnamespace::regnamespace, relname),
           concat_ws(' ', relkind::text, 'rls', relrowsecurity, 'forced', relforcerowsecurity,
                     array_to_string(reloptions, ','),
                     case when relkind = 'v' then pg_get_viewdef(oid) end,
                     'comment', obj_description(oid, 'pg_class'))
    from pg_catalog.pg_class
    where relkind in ('r', 'p', 'v', 'm', 'f')
      and relnamespace in (to_regnamespace('public'), to_regnamespace('session_api'))
    """,
    # functions
    """
    select format('function %s', oid::regprocedure),
           concat_ws(' ', pg_get_functiondef(oid), 'comment', obj_description(oid, 'pg_proc'))
    from pg_catalog.pg_proc
    where pronamespace in (to_regnamespace('public'), to_regnamespace('session_api'))
    """,
    # triggers: their events, and whether they are enabled
    """
    select format('trigger %s on %s.%s', tgname, relnamespace::regnamespace, relname),
           concat_ws(' ', pg_get_triggerdef(pg_trigger.oid),
                     case when tgenabled in ('D', 'R') then 'disabled' end)
    from pg_catalog.pg_trigger
    join pg_catalog.pg_class on pg_class.oid = tgrelid
    where not tgisinternal
      and relnamespace in (to_regnamespace('public'), to_regnamespace('session_api'))
    """,
    # grants: on schemas, relations, columns and functions, one line per grantee
    """
    with granted (thing, acl) as (
      select format('schema %s', nspname), coalesce(nspacl, acldefault('n', nspowner))
      from pg_catalog.pg_namespace where nspname in ('public', 'session_api')
      union all
      select format('relation %s.%s', relnamespace::regnamespace, relname),
             coalesce(relacl, acldefault('r', relowner))
      from pg_catalog.pg_class
      where relkind in ('r', 'p', 'v', 'm', 'f')
        and relnamespace in (to_regnamespace('public'), to_regnamespace('session_api'))
      union all
      select format('column %s.%s.%s', relnamespace::regnamespace, relname, attname), attacl
      from pg_catalog.pg_attribute join pg_catalog.pg_class on pg_class.oid = attrelid
      where attacl is not null and not attisdropped
        and relnamespace in (to_regnamespace('public'), to_regnamespace('session_api'))
      union all
      select format('function %s', oid::regprocedure), coalesce(proacl, acldefault('f', proowner))
      from pg_catalog.pg_proc
      where pronamespace in (to_regnamespace('public'), to_regnamespace('session_api'))
    )
    select format('grant on %s to %s', thing, coalesce(rolname, 'public')),
           string_agg(privilege_type || case when is_grantable then ' grantable' else '' end, ', '
                      order by privilege_type)
    from granted cross join aclexplode(acl) left join pg_catalog.pg_roles on pg_roles.oid = grantee
    group by thing, rolname
    """,
    # roles: attributes, settings, memberships
    """
    select format('role %s', rolname),
           concat_ws(' ', 'super', rolsuper, 'inherit', rolinherit, 'login', rolcanlogin,
                     'bypassrls', rolbypassrls, array_to_string(rolconfig, ','),
                     'member of', (select string_agg(groups.rolname, ', ' order by groups.rolname)
                                   from pg_catalog.pg_auth_members
                                   join pg_catalog.pg_roles as groups on groups.oid = roleid
                                   where member = pg_roles.oid),
                     'comment', shobj_description(oid, 'pg_authid'))
    from pg_catalog.pg_roles
    where rolname in ('anon', 'authenticated', 'authenticator', 'session_api')
    """,
)


def snapshot(connection: Connection) -> dict[str, str]:
    """Read everything that decides access.

    Takes a connection of any role. Returns a description of each policy, relation, function,
    trigger, grant and role, by its name; two equal snapshots mean the same access for everybody.
    """
    return described(connection, _QUERIES)


def described(connection: Connection, queries: Iterable[LiteralString]) -> dict[str, str]:
    """Collect the results of queries that return (object, state)."""
    state: dict[str, str] = {}
    for query in queries:
        state.update(connection.execute(query).fetchall())
    return state


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """List the objects that differ between two snapshots, each with both states.

    Returns an empty list when access is the same.
    """
    return [
        f"{name}\n  before: {before.get(name, '(absent)')}\n  after:  {after.get(name, '(absent)')}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
