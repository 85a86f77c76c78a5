"""The hosts of `API_DATABASE_URL`: no more than one of them may take writes."""

from collections.abc import Iterator

import psycopg
from psycopg.conninfo import make_conninfo

from api.connection import UnreachableError
from api.doctor import direct
from api.doctor.findings import Check, Finding
from api.settings.postgres_url import PostgresUrl


def examine(url: str) -> Iterator[Check]:
    """Ask each of several hosts. One that does not answer is no fault: the API uses another."""
    hosts = PostgresUrl.read(url, "API_DATABASE_URL").hosts
    if len(hosts) == 1:
        return
    primaries: dict[str, str] = {}
    for host, port in hosts:
        if (server := writable(make_conninfo(url, host=host, port=port))) is not None:
            # two addresses of one server are one primary
            primaries.setdefault(server, f"{host}:{port}")
    findings = []
    if len(primaries) > 1:
        what = f"{' and '.join(primaries.values())} both take writes: some are lost to their users"
        remedy = (
            "stop the old primary and let it return as a standby (docs/machines.md, Failover); "
            "then restart the API"
        )
        findings.append(Finding("two-primaries", what, remedy))
    yield Check("one primary", findings)


def writable(conninfo: str) -> str | None:
    """Return when the server was started, which tells it from others, if it takes writes.

    The address has a `target_session_attrs` by which a standby is not entered: see `PostgresUrl`.
    """
    try:
        with direct.connect(conninfo) as connection:
            found = connection.execute("select pg_postmaster_start_time()::text").fetchone()
    except (UnreachableError, psycopg.Error):
        return None
    return None if found is None else str(found[0])
