"""The roles that requests have, as the database knows them."""

from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import Connection
from psycopg.rows import class_row

from api.doctor.findings import Finding

API = "session_api"
GATE = "authenticator"
_FROM_SUPABASE = ("anon", "authenticated", GATE)
_PUSH = "run `supabase db push --remote`: the migrations create the role"


@dataclass(frozen=True)
class Role:
    """What a role may do beyond its grants, and which roles it may become."""

    name: str
    rights: list[str]
    login: bool
    inherit: bool
    statement_timeout: str | None
    member_of: list[str]


def read(connection: Connection) -> dict[str, Role]:
    """Read the roles that a request can have, and `authenticator`, which becomes one of them."""
    with connection.cursor(row_factory=class_row(Role)) as cursor:
        cursor.execute(
            """
            with role as (
              select oid, rolname, rolcanlogin, rolinherit, rolconfig,
                     array_remove(array[
                       case when rolsuper then 'superuser' end,
                       case when rolbypassrls then 'bypassrls' end,
                       case when rolcreaterole then 'createrole' end,
                       case when rolcreatedb then 'createdb' end,
                       case when rolreplication then 'replication' end
                     ], null) as rights
              from pg_catalog.pg_roles
            )
            select rolname as name, rights, rolcanlogin as login, rolinherit as inherit,
                   (select split_part(setting, '=', 2) from unnest(rolconfig) as setting
                    where setting like 'statement_timeout=%%') as statement_timeout,
                   array(select groups.rolname::text
                         from pg_catalog.pg_auth_members
                         join pg_catalog.pg_roles as groups on groups.oid = roleid
                         where member = role.oid
                         order by 1) as member_of
            from role
            where rolname = any (%(named)s)
               or oid in (select roleid from pg_catalog.pg_auth_members
                          where member = to_regrole(%(gate)s))
            """,
            {"named": [API, *_FROM_SUPABASE], "gate": GATE},
        )
        return {role.name: role for role in cursor}


def reachable(roles: dict[str, Role]) -> frozenset[str]:
    """Return the roles whose grants a request can use; every role has those of `public`."""
    return frozenset({"public", *roles})


def findings(roles: dict[str, Role]) -> Iterator[Finding]:
    """Find roles that are missing or have too many rights."""
    for name in (API, *_FROM_SUPABASE):
        if name not in roles:
            yield Finding(
                "role-missing",
                f"role {name} does not exist",
                _PUSH if name == API else "this is not a Supabase database: check DATABASE_URL",
            )
    if API in roles:
        yield from _api(roles[API])
    if API in roles and GATE in roles and API not in roles[GATE].member_of:
        yield Finding(
            "role-not-granted",
            f"{GATE} may not become {API}: PostgREST refuses the API's tokens",
            f"grant {API} to {GATE};",
        )
    for name in (API, *_FROM_SUPABASE):
        if name in roles and roles[name].rights:
            rights = roles[name].rights
            yield Finding(
                "role-unsafe",
                f"{name} has {', '.join(rights)}",
                f"alter role {name} {' '.join('no' + right for right in rights)};",
            )
    if GATE in roles and roles[GATE].inherit:
        yield Finding(
            "role-unsafe",
            f"{GATE} has the rights of every role at once",
            f"alter role {GATE} noinherit;",
        )
    for name, role in roles.items():
        if name != GATE and API in role.member_of:
            yield Finding(
                "role-unsafe",
                f"{name} may become {API}, which only the API may do",
                f"revoke {API} from {name};",
            )


def _api(role: Role) -> Iterator[Finding]:
    if role.login:
        yield Finding(
            "role-unsafe",
            f"{API} can log in, but only PostgREST should become it",
            f"alter role {API} nologin;",
        )
    if role.member_of:
        others = ", ".join(role.member_of)
        yield Finding(
            "role-unsafe", f"{API} also has the rights of {others}", f"revoke {others} from {API};"
        )
    if role.statement_timeout in (None, "0", "0s", "0ms"):
        yield Finding(
            "role-unbounded",
            f"{API} has no statement_timeout: one slow query holds a connection",
            f"alter role {API} set statement_timeout = '3s'; notify pgrst, 'reload config';",
        )
