"""The checks that need a database connection."""

from collections.abc import Callable, Iterator

import psycopg

from api.connection import UnreachableError, connect
from api.doctor import additions, adopted, catalog, clocks, counters, roles
from api.doctor.declared import State, declared
from api.doctor.findings import Check, Finding, NotCheckedError
from api.kinds import KindName


def examine(
    database_url: str, kinds: tuple[KindName, ...], clock: Callable[[], float]
) -> Iterator[Check]:
    """Check the database's roles, row-level security, definitions, grants and clock."""
    try:
        with connect(database_url) as connection:
            connection.read_only = True
            yield from _ask(connection, kinds, clock)
    except (UnreachableError, psycopg.OperationalError) as error:
        reason = error if isinstance(error, UnreachableError) else "the connection was lost"
        yield Check(
            "database",
            [
                Finding(
                    "database-unreachable",
                    f"DATABASE_URL cannot be used: {reason}",
                    "copy the connection string from the project's Connect page",
                )
            ],
        )


def _ask(
    connection: psycopg.Connection, kinds: tuple[KindName, ...], clock: Callable[[], float]
) -> Iterator[Check]:
    found = roles.read(connection)
    live = State.of(catalog.entries(connection))
    yield Check("roles", list(roles.findings(found)), notes=list(roles.notes(found)))
    theirs = adopted.tables(live)
    unprotected = list(catalog.unprotected(connection))
    ours = {f"{name} " for name in declared(kinds).names("relation")}
    # if the project had tables before, the others are its own: only a note
    faults = [it for it in unprotected if not theirs or it.what.startswith(tuple(ours))]
    notes = [f"{it.what}; {it.remedy}" for it in unprotected if it not in faults]
    yield Check("row-level security", faults, notes=notes)
    yield Check(
        "tables, functions, triggers and policies",
        list(catalog.definitions(live, kinds)),
        notes=[*adopted.notes(connection, theirs), *additions.notes(connection, kinds)],
    )
    yield Check("grants", list(catalog.grants(live, roles.reachable(found), kinds)))
    if "chat" in kinds:
        yield _counters(connection)
    row = connection.execute("select extract(epoch from clock_timestamp())::float").fetchone()
    if row is not None:
        yield Check("the database's clock", list(clocks.difference("Postgres", row[0], clock())))


def _counters(connection: psycopg.Connection) -> Check:
    name = "chat's counters"
    try:
        return Check(name, list(counters.findings(connection)))
    except NotCheckedError as error:
        return Check(name, skipped=str(error))
