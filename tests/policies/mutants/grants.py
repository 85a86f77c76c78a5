"""Mutants of grants: every missing one added, every existing one revoked."""

from collections.abc import Iterator

from psycopg import Connection

from tests.policies.mutants.mutant import Mutant
from tests.policies.step import execute

_ROLES = "('anon'), ('authenticated'), ('session_api'), ('service_role')"

_COLUMNS = f"""
select relname, attname, verb, role, has_column_privilege(role, pg_class.oid, attnum, verb)
from pg_catalog.pg_class
join pg_catalog.pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
cross join (values ('select'), ('insert'), ('update')) as verbs (verb)
cross join (values {_ROLES}) as roles (role)
where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')
order by relname, attnum, verb, role
"""

_TABLES = f"""
select relname, verb, role, role <> 'public' and has_table_privilege(role, pg_class.oid, verb)
from pg_catalog.pg_class
cross join (
  values ('select'), ('insert'), ('update'), ('delete'), ('truncate'), ('references'), ('trigger')
) as verbs (verb)
cross join (values {_ROLES}, ('public')) as roles (role)
where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')
order by relname, verb, role
"""

_FUNCTIONS = f"""
select pg_proc.oid::regprocedure::text, pronamespace::regnamespace || '.' || proname, role,
       role <> 'public' and has_function_privilege(role, pg_proc.oid, 'execute')
from pg_catalog.pg_proc cross join (values {_ROLES}, ('public')) as roles (role)
where pronamespace in ('public'::regnamespace, 'session_api'::regnamespace)
order by 1, role
"""

_SCHEMAS = f"""
select nspname, verb, role, role <> 'public' and has_schema_privilege(role, pg_namespace.oid, verb)
from pg_catalog.pg_namespace
cross join (values ('usage'), ('create')) as verbs (verb)
cross join (values {_ROLES}, ('public')) as roles (role)
where nspname in ('public', 'session_api')
  -- Postgres grants it itself
  and (nspname, verb) <> ('public', 'usage')
order by nspname, verb, role
"""


def _turn(what: str, role: str, *, is_granted: bool) -> tuple[str, str]:
    if is_granted:
        return "grant revoked", f"revoke {what} from {role}"
    return "grant added", f"grant {what} to {role}"


def mutants(db: Connection) -> Iterator[Mutant]:
    for table, column, verb, role, granted in execute(db, _COLUMNS):
        what = f'{verb} ("{column}") on public.{table}'
        kind, statement = _turn(what, role, is_granted=granted)
        about = frozenset({table, verb, role})
        yield Mutant(f"column {kind}", statement, statement, table, about)
    for table, verb, role, granted in execute(db, _TABLES):
        kind, statement = _turn(f"{verb} on public.{table}", role, is_granted=granted)
        # PostgREST can do nothing with the other verbs, nor can the checks that try
        subject = table if verb in ("select", "insert", "update", "delete") else ""
        yield Mutant(f"table {kind}", statement, statement, subject, frozenset({verb, role}))
    for signature, function, role, granted in execute(db, _FUNCTIONS):
        kind, statement = _turn(f"execute on function {signature}", role, is_granted=granted)
        about = frozenset({function, role})
        yield Mutant(f"function {kind}", statement, statement, function, about)
    for schema, verb, role, granted in execute(db, _SCHEMAS):
        kind, statement = _turn(f"{verb} on schema {schema}", role, is_granted=granted)
        about = frozenset({schema, verb, role})
        yield Mutant(f"schema {kind}", statement, statement, schema, about)
