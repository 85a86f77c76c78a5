"""Direct connections: what the login role of `API_DATABASE_URL` must and must not be able to do."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow, class_row

from api.connection import CONNECT_SECONDS, UnreachableError
from api.connection import connect as connection_to
from api.database.address import Address
from api.database.backend import NoAnswerError
from api.database.claims import NOBODY, ROLE
from api.doctor import roles
from api.doctor.findings import Check, Finding
from api.settings import Settings

_CLOSING_SECONDS = 0.05  # TLS is closed in later turns of the event loop
_SETUP = "make the login role with supabase/api_login.sql"
_UNREACHABLE = f"check the address and its parameters (docs/hosted.md); {_SETUP}"

LIMITS: Final = {
    "statement_timeout": "3s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "5s",
}
"""What a connection must have a limit for, and `supabase/api_login.sql` sets."""
_LOGIN = """
with owned as (
  select deptype, pg_describe_object(classid, objid, objsubid) as what
  from pg_catalog.pg_shdepend
  where refclassid = 'pg_authid'::regclass and refobjid = session_user::regrole
    and dbid in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
    and (deptype = 'o' or classid in ('pg_class'::regclass, 'pg_proc'::regclass))
)
select
  rolname as name,
  array_remove(array[
    case when rolsuper then 'superuser' end,
    case when rolbypassrls then 'bypassrls' end,
    case when rolcreaterole then 'createrole' end,
    case when rolcreatedb then 'createdb' end,
    case when rolreplication then 'replication' end
  ], null) as rights,
  -- since version 16 each membership inherits or not, whatever the role does
  not rolsuper and (rolinherit or pg_has_role(role.oid, to_regrole(%(api)s), 'usage')) as inherits,
  array(select groups.rolname::text
        from pg_catalog.pg_auth_members
        join pg_catalog.pg_roles as groups on groups.oid = roleid
        where member = role.oid and groups.rolname <> %(api)s
        order by 1) as groups,
  exists (select from pg_catalog.pg_auth_members
          where member = role.oid and roleid = to_regrole(%(api)s) and admin_option) as may_grant,
  array(select members.rolname::text
        from pg_catalog.pg_auth_members
        join pg_catalog.pg_roles as members on members.oid = member
        where roleid = role.oid and pg_has_role(to_regrole(%(gate)s), members.oid, 'member')
        order by 1) as members,
  array(select distinct what from owned where deptype = 'o' order by 1) as owns,
  array(select distinct what from owned where deptype = 'a' order by 1) as grants,
  (select json_object_agg(name, setting) from pg_catalog.pg_settings
   where name = any (%(limits)s)) as limits
from pg_catalog.pg_roles as role
where rolname = session_user
"""


@dataclass(frozen=True)
class Login:
    """The login role: what it has besides becoming the API's."""

    name: str
    rights: list[str]
    inherits: bool
    groups: list[str]
    may_grant: bool
    members: list[str]
    """Roles of users' requests that may become it."""
    owns: list[str]
    grants: list[str]
    limits: dict[str, str]
    """Settings of the connection, in milliseconds."""


def examine(settings: Settings, url: str) -> Iterator[Check]:
    """Connect as the API does, and check what needs this role. Nothing is changed."""
    try:
        asyncio.run(_reach(url))
    except NoAnswerError as error:
        finding = Finding("direct-unreachable", f"cannot connect: {error}", _UNREACHABLE)
        yield Check("direct connections", [finding])
        return
    try:
        with connect(url) as connection:
            yield Check("the API's login role", list(login(connection)))
            may_become = list(becomes(connection))
            yield Check("direct connections", may_become, notes=list(notes(connection)))
            if may_become:
                yield Check("row-level security for the API", skipped="see above")
            else:
                yield Check("row-level security for the API", list(protected(connection)))
            yield Check("pooler", list(pooler(settings, url, connection)))
    except (UnreachableError, psycopg.Error) as error:
        what = f"API_DATABASE_URL cannot be used: {reason(error)}"
        finding = Finding("direct-unreachable", what, _UNREACHABLE)
        yield Check("direct connections", [finding])


def reason(error: Exception) -> str:
    """Return one line without a part of the URL, which a server's own words may quote."""
    return str(error) if isinstance(error, UnreachableError) else "the connection was lost"


async def _reach(url: str) -> None:
    """Connect once by the API's own driver, which reads the URL in its own way.

    Raises:
        NoAnswerError: it cannot.

    """
    address = Address(url, "API_DATABASE_URL")
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            connection = await address.connect(statement_cache_size=0)
        await connection.close()
    except TimeoutError:
        raise NoAnswerError("API_DATABASE_URL: TimeoutError") from None
    finally:
        await asyncio.sleep(_CLOSING_SECONDS)


def connect(url: str) -> Connection[TupleRow]:
    """Connect as the API does.

    Raises:
        UnreachableError: see `api.connection.connect`.

    """
    # nothing is prepared, in case this is a pooler in transaction mode
    return connection_to(url, prepares=False)


def login(connection: Connection[TupleRow]) -> Iterator[Finding]:
    """Find what the login role may do besides becoming the API's role."""
    with connection.transaction(), connection.cursor(row_factory=class_row(Login)) as cursor:
        names = {"api": ROLE, "gate": roles.GATE, "limits": [*LIMITS]}
        it = cursor.execute(_LOGIN, names).fetchone()
    if it is None:
        return
    if it.rights:
        what = f"{it.name} has {', '.join(it.rights)}"
        yield Finding("role-unsafe", what, roles.without(it.name, it.rights))
    if it.groups:
        others = ", ".join(it.groups)
        what = f"{it.name} may become {others}, not only {ROLE}"
        yield Finding("role-unsafe", what, f"revoke {others} from {it.name};")
    if it.inherits:
        what = f"{it.name} has {ROLE}'s rights without becoming it"
        yield Finding("role-unsafe", what, f"alter role {it.name} noinherit; {_again(it.name)}")
    if it.may_grant:
        what = f"{it.name} may grant {ROLE} to others"
        yield Finding("role-unsafe", what, _again(it.name))
    if it.members:
        others = ", ".join(it.members)
        what = f"{others} may become {it.name}, and so {ROLE}"
        yield Finding("role-unsafe", what, f"revoke {it.name} from {others};")
    if it.owns:
        what = (
            f"{it.name} owns {', '.join(it.owns)}, and row-level security does not apply to a "
            "table's owner"
        )
        yield Finding("role-unsafe", what, f"{_SETUP}, and connect as that")
    if it.grants:
        what = f"{it.name} has rights of its own on {', '.join(it.grants)}"
        yield Finding("role-unsafe", what, f"revoke them: only {ROLE} needs rights")
    for setting, wanted in LIMITS.items():
        if it.limits[setting] == "0":
            what = f"{it.name} has no {setting}: one slow query holds a connection"
            remedy = f"alter role {it.name} set {setting} = '{wanted}';"
            yield Finding("role-unbounded", what, remedy)


def _again(name: str) -> str:
    return f"revoke {ROLE} from {name}; grant {ROLE} to {name};"


def becomes(connection: Connection[TupleRow]) -> Iterator[Finding]:
    """Check whether the login role may become the API's role."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(f"set local role {ROLE}".encode())
    except psycopg.errors.InsufficientPrivilege:
        what = f"the user of API_DATABASE_URL may not become {ROLE}"
        yield Finding("role-not-granted", what, f"grant {ROLE} to that user: {_SETUP}")
    except psycopg.errors.InvalidParameterValue:
        yield Finding(
            "role-missing",
            f"role {ROLE} does not exist",
            "run `supabase db push --remote`: the migrations create the role",
        )


def notes(connection: Connection[TupleRow]) -> Iterator[str]:
    """Note what only PostgREST does."""
    with connection.transaction():
        found = connection.execute(
            "select distinct split_part(setting, '=', 2)"
            " from pg_catalog.pg_db_role_setting, unnest(setconfig) as setting"
            " where setrole = to_regrole(%s) and setting like 'pgrst.db_pre_request=%%'",
            [roles.GATE],
        ).fetchall()
    for (function,) in found:
        yield (
            f"PostgREST runs {function} before each request (pgrst.db_pre_request), and direct "
            "connections do not: what it refuses belongs into policies or triggers"
        )


def protected(connection: Connection[TupleRow]) -> Iterator[Finding]:
    """Find tables whose row-level security does not apply to the API."""
    with connection.transaction(force_rollback=True):
        connection.execute(f"set local role {ROLE}".encode())
        connection.execute(
            "select set_config('request.jwt.claims', %s, true)",
            [f'{{"role": "{ROLE}", "sub": "{NOBODY.user_id}"}}'],
        )
        found = connection.execute(
            "select oid::regclass::text, row_security_active(oid) from pg_catalog.pg_class"
            " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
            " and has_any_column_privilege(oid, 'select') order by 1"
        ).fetchall()
    for table, is_active in found:
        if not is_active:
            yield Finding(
                "rls-off",
                f"row-level security does not apply to {ROLE} on {table}",
                f"alter table {table} enable row level security; let no login role own it",
            )


def pooler(settings: Settings, url: str, connection: Connection[TupleRow]) -> Iterator[Finding]:
    """Detect a pooler in transaction mode, which loses prepared statements."""

    def server(link: Connection[TupleRow]) -> object:
        return link.execute("select pg_backend_pid()").fetchone()

    with connection.transaction():
        first = server(connection)
    with connect(url) as another, another.transaction():
        # two open connections have two server processes, unless a pooler shares one
        is_shared = server(another) == first
        with connection.transaction():
            is_shared = is_shared or server(connection) != first
    if is_shared and settings.api_database_prepared_statements:
        yield Finding(
            "pooler-prepared",
            "API_DATABASE_URL is a pooler in transaction mode, which loses prepared statements",
            "set API_DATABASE_PREPARED_STATEMENTS=false, or use the session pooler or the direct "
            "connection",
        )
