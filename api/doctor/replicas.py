"""Read replicas: each of `API_READ_DATABASE_URL` must be one, of the primary."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from api.connection import UnreachableError
from api.doctor import direct
from api.doctor.findings import Check, Finding
from api.settings import Settings


def examine(settings: Settings, primary_url: str) -> Iterator[Check]:
    """Check that each replica is one, of this primary, and is entered as the primary is."""
    try:
        with direct.connect(primary_url) as primary:
            system, is_standby = identity(primary)
    except (UnreachableError, psycopg.Error):
        yield Check("read replicas", skipped="API_DATABASE_URL cannot be used, see above")
        return
    if is_standby:
        finding = Finding(
            "primary-is-replica",
            "API_DATABASE_URL leads to a replica, where nothing can be written",
            "set it to the primary's address, with target_session_attrs=read-write if it lists "
            "several hosts",
        )
        yield Check("the primary", [finding])
        return
    for number, url in enumerate(settings.replica_urls, 1):
        yield Check(f"read replica {number}", list(replica(url, system)))


def replica(url: str, system: str) -> Iterator[Finding]:
    """Find what is wrong with one replica.

    Args:
        url: its address.
        system: the identifier of the primary's data, which its replicas share.

    """
    host = urlsplit(url).netloc.rpartition("@")[2]
    try:
        with direct.connect(url) as connection:
            its_system, is_standby = identity(connection)
            if its_system != system:
                yield Finding(
                    "replica-of-another",
                    f"{host} is not a copy of the primary's data",
                    "set API_READ_DATABASE_URL to a physical replica of API_DATABASE_URL",
                )
            elif not is_standby:
                yield Finding(
                    "replica-is-primary",
                    f"{host} is a primary: it was promoted, or is API_DATABASE_URL itself",
                    "remove it from API_READ_DATABASE_URL",
                )
            yield from direct.login(connection)
            if not (refusals := list(direct.becomes(connection))):
                yield from direct.protected(connection)
            yield from refusals
    except (UnreachableError, psycopg.Error) as error:
        yield Finding(
            "replica-unreachable",
            f"the replica {host} cannot be used: {direct.reason(error)}",
            "check API_READ_DATABASE_URL; meanwhile the primary answers in its place",
        )


def identity(connection: Connection[TupleRow]) -> tuple[str, bool]:
    """Return the identifier of the server's data, and whether it is a replica."""
    with connection.transaction():
        found = connection.execute(
            "select system_identifier::text, pg_is_in_recovery() from pg_control_system()"
        ).fetchone()
    if found is None:
        raise psycopg.DataError("no row")
    return found[0], found[1]
