"""Checks: every definition is conventional or declared, which is done by hand.

Most definitions are held by checks that try them. This is the net below: what a constraint, an
index, a trigger, a function or a policy *says*, whose it is, and what is declared outside our
schemas. Nothing writes the declarations, so that a change of the schema is one that somebody reads:
the check prints the lines that are missing and the lines that are too many.
"""

from collections.abc import Iterator
from functools import partial

from psycopg import Connection

from tests.policies.check import Check
from tests.policies.conventions import line
from tests.policies.declared import DECLARED, is_conventional
from tests.policies.step import execute

_OURS = "(to_regnamespace('public'), to_regnamespace('session_api'))"
_ROLES = "('anon', 'authenticated', 'authenticator', 'session_api', 'service_role')"

_QUERIES = {
    "column": f"""
        select format('%s.%s', attrelid::regclass, attname),
               concat_ws(' ', format_type(atttypid, atttypmod), nullif(attidentity::text, ''),
                         case when attnotnull then 'not null' end,
                         'default ' || pg_get_expr(adbin, adrelid))
        from pg_catalog.pg_attribute
        join pg_catalog.pg_class on pg_class.oid = attrelid
        left join pg_catalog.pg_attrdef on adrelid = attrelid and adnum = attnum
        where relnamespace in {_OURS} and relkind = 'r' and attnum > 0 and not attisdropped""",
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
                         case when not indisvalid then 'invalid' end)
        from pg_catalog.pg_index join pg_catalog.pg_class on pg_class.oid = indexrelid
        where relnamespace in {_OURS}""",
    "trigger": f"""
        select format('%s on %s', tgname, tgrelid::regclass),
               concat_ws(' ', tgenabled::text,
                         regexp_replace(pg_get_triggerdef(pg_trigger.oid), '^.* TRIGGER \\S+ ', ''))
        from pg_catalog.pg_trigger join pg_catalog.pg_class on pg_class.oid = tgrelid
        where relnamespace in {_OURS} and not tgisinternal""",
    "policy": """
        select format('%s on %s', policyname, tablename),
               concat_ws(' ', permissive, cmd, roles::text, 'using', qual, 'check', with_check)
        from pg_catalog.pg_policies where schemaname in ('public', 'session_api')""",
    "function": f"""
        select oid::regprocedure::text,
               regexp_replace(pg_get_functiondef(oid), '\\s+', ' ', 'g')
        from pg_catalog.pg_proc where pronamespace in {_OURS}""",
    "view": f"""
        select oid::regclass::text, regexp_replace(pg_get_viewdef(oid), '\\s+', ' ', 'g')
        from pg_catalog.pg_class where relnamespace in {_OURS} and relkind in ('v', 'm')""",
    "relation": f"""
        select oid::regclass::text,
               concat_ws(' ', 'owner', relowner::regrole, 'persistence', relpersistence,
                         'identity', relreplident, case when relforcerowsecurity then 'forced' end,
                         array_to_string(reloptions, ' '))
        from pg_catalog.pg_class
        where relnamespace in {_OURS} and relkind in ('r', 'v', 'p', 'm')""",
    "owner of function": f"""
        select oid::regprocedure::text, proowner::regrole::text
        from pg_catalog.pg_proc where pronamespace in {_OURS}""",
    "role setting": f"""
        select format('%s in %s', rolname, coalesce(datname, 'every database')),
               array_to_string(setconfig, ' ')
        from pg_catalog.pg_db_role_setting
        left join pg_catalog.pg_roles on pg_roles.oid = setrole
        left join pg_catalog.pg_database on pg_database.oid = setdatabase
        where setrole = 0 or rolname in {_ROLES}""",
    "default privilege": """
        select format('%s of %s in %s to %s', defaclobjtype, defaclrole::regrole,
                      coalesce(nspname, 'every schema'),
                      case when grantee = 0 then 'public' else grantee::regrole::text end),
               string_agg(privilege_type, ' ' order by privilege_type)
        from pg_catalog.pg_default_acl
        left join pg_catalog.pg_namespace on pg_namespace.oid = defaclnamespace
        cross join aclexplode(defaclacl)
        where grantee::regrole::text = 'session_api' or nspname = 'session_api' or grantee = 0
        group by 1""",
    "publication": """
        select pubname, concat_ws(' ', case when puballtables then 'all tables' end,
               (select string_agg(prrelid::regclass::text, ' ' order by prrelid::regclass::text)
                from pg_catalog.pg_publication_rel where prpubid = pg_publication.oid))
        from pg_catalog.pg_publication""",
    "event trigger": """
        select evtname, concat_ws(' ', evtevent, evtfoid::regproc, evtenabled)
        from pg_catalog.pg_event_trigger
        where evtname !~ '^(pgrst_|issue_)'""",
    "grant elsewhere": f"""
        select format('%s to %s', pg_class.oid::regclass,
                      case when grantee = 0 then 'public' else grantee::regrole::text end),
               string_agg(privilege_type, ' ' order by privilege_type)
        from pg_catalog.pg_class
        join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace
        cross join aclexplode(relacl)
        where relnamespace not in {_OURS} and nspname in ('auth', 'extensions')
          and (grantee = 0 or grantee::regrole::text in {_ROLES})
        group by 1""",
    "definer elsewhere": f"""
        select pg_proc.oid::regprocedure::text, proowner::regrole::text
        from pg_catalog.pg_proc
        join pg_catalog.pg_namespace on pg_namespace.oid = pronamespace
        where prosecdef and pronamespace not in {_OURS} and nspname in ('auth', 'extensions')
          and proowner::regrole::text = 'postgres'""",
}


_BY_HAND = (
    "edit by hand the table's `definitions` in tests/policies/tables/, or, for what belongs to no "
    "table, tests/policies/definitions.txt:"
)


def lines(db: Connection, kind: str) -> Iterator[str]:
    """Give the lines of one kind: a long definition by its digest, which its source explains."""
    for name, text in execute(db, _QUERIES[kind]):
        yield line(kind, name, text)


def _as_declared(kind: str, db: Connection) -> None:
    there = set(lines(db, kind))
    declared = {said for said in DECLARED if said.startswith(f"{kind} ")}
    problem = [
        *(f"- {said}" for said in sorted(declared - there)),
        *(f"+ {said}" for said in sorted(there - declared) if not is_conventional(said)),
    ]
    assert not problem, "\n".join([_BY_HAND, *problem])


CHECKS = [
    Check(f"definitions of each {kind}", frozenset(), partial(_as_declared, kind), False)
    for kind in _QUERIES
]
