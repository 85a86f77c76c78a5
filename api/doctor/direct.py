"""Direct connections: what the login role of `API_DATABASE_URL` must and must not be able to do."""

import asyncio
from collections.abc import Iterator

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from api.connection import UnreachableError
from api.connection import connect as connection_to
from api.database.address import Address
from api.database.backend import NoAnswerError
from api.database.claims import NOBODY, ROLE
from api.doctor import roles
from api.doctor.findings import Check, Finding
from api.settings import Settings

_CONNECT_SECONDS = 10
_CLOSING_SECONDS = 0.05  # TLS is closed in later turns of the event loop
_SETUP = "make the login role with supabase/api_login.sql"
_UNREACHABLE = f"check the address and its parameters (docs/hosted.md); {_SETUP}"


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
            yield Check("direct connections", may_become)
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
        async with asyncio.timeout(_CONNECT_SECONDS):
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
    with connection.transaction():
        found = connection.execute(
            """
            select rolname::text, rolinherit,
                   array_remove(array[
                     case when rolsuper then 'superuser' end,
                     case when rolbypassrls then 'bypassrls' end,
                     case when rolcreaterole then 'createrole' end,
                     case when rolcreatedb then 'createdb' end,
                     case when rolreplication then 'replication' end
                   ], null),
                   array(select groups.rolname::text
                         from pg_catalog.pg_auth_members
                         join pg_catalog.pg_roles as groups on groups.oid = roleid
                         where member = pg_roles.oid and groups.rolname <> %s
                         order by 1),
                   exists (select from pg_catalog.pg_class
                           where relowner = pg_roles.oid and relnamespace = 'public'::regnamespace)
            from pg_catalog.pg_roles where rolname = session_user
            """,
            [ROLE],
        ).fetchone()
        limits = connection.execute(
            "select current_setting('statement_timeout'),"
            " current_setting('idle_in_transaction_session_timeout')"
        ).fetchone()
    if found is None or limits is None:
        return
    name, inherits, rights, others, is_owner = found
    if rights:
        what = f"{name} has {', '.join(rights)}"
        yield Finding("role-unsafe", what, roles.without(name, rights))
    if others:
        what = f"{name} may become {', '.join(others)}, not only {ROLE}"
        yield Finding("role-unsafe", what, f"revoke {', '.join(others)} from {name};")
    if inherits:
        what = f"{name} has {ROLE}'s rights without becoming it"
        yield Finding("role-unsafe", what, f"alter role {name} noinherit;")
    if is_owner:
        what = f"{name} owns tables, and row-level security does not apply to a table's owner"
        yield Finding("role-unsafe", what, f"{_SETUP}, and connect as that")
    for setting, value, wanted in zip(
        ("statement_timeout", "idle_in_transaction_session_timeout"),
        limits,
        ("3s", "5s"),
        strict=True,
    ):
        if value == "0":
            what = f"{name} has no {setting}: one slow query holds a connection"
            yield Finding("role-unbounded", what, f"alter role {name} set {setting} = '{wanted}';")


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
