"""The roles that requests have, as the database knows them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from psycopg import Connection
from psycopg.rows import class_row

from api.database.claims import ROLE as API
from api.doctor.findings import Finding

GATE = "authenticator"
USERS = "authenticated"
LONGEST = 2.0
"""Seconds that a browser's read may hold one of PostgREST's connections."""
_FROM_SUPABASE = ("anon", "authenticated", GATE)
_SECONDS = {"us": 1e-6, "ms": 1e-3, "": 1e-3, "s": 1, "min": 60, "h": 3_600, "d": 86_400}
_BYPASSES = {"superuser", "bypassrls"}
# of PostgREST and the API: both connect again at once
_END_CONNECTIONS: Final = (
    " select pg_terminate_backend(pid) from pg_catalog.pg_stat_activity"
    " where usename in ('authenticator', 'session_api_login', '{name}')"
    " and pid <> pg_backend_pid();"
)
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
            yield Finding("role-unsafe", f"{name} has {', '.join(rights)}", without(name, rights))
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


def without(name: str, rights: list[str]) -> str:
    """Give the statements that take these rights from a role.

    A plan made while the role bypassed row-level security has no policies in it, and a connection
    keeps its plans: such a role's connections have to end.
    """
    statement = f"alter role {name} {' '.join('no' + right for right in rights)};"
    return statement + (_END_CONNECTIONS.format(name=name) if _BYPASSES & {*rights} else "")


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


def notes(roles: dict[str, Role]) -> Iterator[str]:
    """Note a time limit of users' own reads that lets them hold PostgREST's connections."""
    if USERS not in roles:
        return
    setting = roles[USERS].statement_timeout
    if setting is None or not 0 < seconds(setting) <= LONGEST:
        is_now = "no statement_timeout" if setting is None else f"a statement_timeout of {setting}"
        yield (
            f"{USERS} has {is_now}: ten slow reads from a browser hold PostgREST's ten connections "
            f"for that long, and through PostgREST the API's requests are 503 meanwhile; "
            f"alter role {USERS} set statement_timeout = '{LONGEST:g}s'; "
            "notify pgrst, 'reload config';"
        )


def seconds(setting: str) -> float:
    """Give the seconds of a time as Postgres keeps it for a role: `8s`, `1min`, `2000` (ms).

    0 is no limit; so is what cannot be read.
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(us|ms|s|min|h|d|)\s*", setting)
    return float(found[1]) * _SECONDS[found[2]] if found else 0.0
