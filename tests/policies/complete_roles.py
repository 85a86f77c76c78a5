"""Every schema, role and membership is declared."""

from psycopg import Connection

from tests.policies.catalog import GRANTEE, OURS, same
from tests.policies.check import Checks
from tests.policies.matrix import SCHEMAS
from tests.policies.roles import roles
from tests.policies.step import execute
from tests.policies.table import all_lines

CHECKS = Checks()


@CHECKS.about(is_behaviour=False)
def schemas(db: Connection) -> None:
    query = f"""
        select nspname, {GRANTEE}, lower(privilege_type), is_grantable
        from pg_catalog.pg_namespace cross join aclexplode(nspacl)
        where pg_namespace.oid in {OURS} and grantee <> nspowner"""
    names = ("anon", "authenticated", "session_api", "service_role")
    same(
        "schemas",
        # Postgres's own, on `public`
        {*execute(db, query)} - {("public", "public", "usage", False)},
        [
            (line.subject, role, line.verb, False)
            for line in all_lines(SCHEMAS)
            for role, outcome in zip(names, line.outcomes, strict=True)
            if outcome == "ALLOW"
        ],
    )


@CHECKS.about(is_behaviour=False)
def default_privileges_of_the_helpers_schema(db: Connection) -> None:
    query = """
        select defaclobjtype::text, defaclacl::text from pg_catalog.pg_default_acl
        where defaclnamespace = 'session_api'::regnamespace"""
    same("default privileges", execute(db, query), [])


@CHECKS.about(is_behaviour=False)
def role_attributes(db: Connection) -> None:
    listed = ", ".join(f"'{name}'" for name in roles())
    query = f"""
        select rolname, concat_ws(' ',
          case when rolsuper then 'superuser' end, case when rolinherit then 'inherit' end,
          case when rolcreaterole then 'createrole' end, case when rolcreatedb then 'createdb' end,
          case when rolcanlogin then 'login' end, case when rolreplication then 'replication' end,
          case when rolbypassrls then 'bypassrls' end,
          case when rolname = 'session_api' then array_to_string(rolconfig, ' ') end)
        from pg_catalog.pg_roles where rolname in ({listed})"""
    declared = [(name, attribute.strip("-")) for name, (attribute, _) in roles().items()]
    same("roles", execute(db, query), declared)


@CHECKS.about(is_behaviour=False)
def role_memberships(db: Connection) -> None:
    listed = ", ".join(f"'{name}'::regrole" for name in roles())
    query = f"""
        select member::regrole::text, roleid::regrole::text, admin_option,
               coalesce(to_jsonb(pg_auth_members) ->> 'inherit_option', 'false')
        from pg_catalog.pg_auth_members
        where (member in ({listed}) or roleid in ({listed}))
        -- the API's login role is no migration's: tests/database/test_login.py
        and member::regrole::text not in ('postgres', 'session_api_login')"""
    same(
        "memberships",
        execute(db, query),
        [
            (name, other, False, "false")
            for name, (_, others) in roles().items()
            for other in others
        ],
    )
