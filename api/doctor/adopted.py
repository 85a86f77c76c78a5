"""Tables that belonged to a project before `session-api install` took them over.

They have what the API needs and keep everything else, so less is compared. The function
`session_api.adopted_tables()` lists them.
"""

import re
from collections.abc import Iterator

from psycopg import Connection

from api.doctor.conditions import CATALOGUE, PROFILES, depends_on_caller
from api.doctor.declared import Grant, State

_READ_BY_API = {CATALOGUE, "public.wingman_matches"}
_NAME_FUNCTION = "function session_api.participant_name(uuid)"
_VIEW_OF_NAMES = "relation public.wingman_session_details"
_CASTS = re.compile(r"::(text|character varying|\w+\.\w+)(\[\])?|[()\s]")
_TYPES = re.compile(r"::(text|timestamptz)\b")


def tables(live: State) -> frozenset[str]:
    """Return the adopted tables, with their schema."""
    marker = live.definitions.get("function session_api.adopted_tables()", "")
    return frozenset(f"public.{name}" for name in re.findall(r"'(\w+)'", marker))


def is_as_good(name: str, table: str, found: str | None, text: str, theirs: frozenset[str]) -> bool:
    """Whether a definition is good enough, even if it differs from the migrations.

    Args:
        name: the definition's name.
        table: the table that it belongs to; empty if it belongs to none.
        found: the definition in the database.
        text: the declared definition.
        theirs: the adopted tables.

    """
    kind, _, thing = name.partition(" ")
    if PROFILES in theirs and (PROFILES in (table, thing) or f"{PROFILES}(" in text):
        return True
    if PROFILES in theirs and name == _VIEW_OF_NAMES:
        return found is not None and "security_invoker=true" in found
    if kind == "relation" and thing in theirs:
        return found is not None and found.startswith("r rls t")
    if kind == "function" and found is not None and "public.wingman_sessions" in theirs:
        # for a status or a time of another type, the installation casts
        return _TYPES.sub("", found) == _TYPES.sub("", text)
    if table not in theirs:
        return False
    if kind == "policy" and found is not None:
        # for another type, Postgres puts the casts elsewhere
        return _CASTS.sub("", found) == _CASTS.sub("", text)
    # its constraints and types are the closest that the installation could get
    return kind == "constraint" or (kind in ("column", "trigger", "index") and found is not None)


def is_harmless(policy: str, table: str, theirs: frozenset[str]) -> bool:
    """Whether a policy of the project neither restricts the API nor shows rows to strangers.

    Args:
        policy: its text in the catalogue's snapshot.
        table: its table.
        theirs: the adopted tables.

    """
    if table == PROFILES or policy.startswith("restrictive "):
        return table in theirs
    if table not in theirs:
        return False
    head, _, conditions = policy.partition(" using ")
    _, command, roles = head.split(" ", 2)
    if table == CATALOGUE:
        return True
    if "session_api" in roles or "public" in roles:
        return False
    return command not in ("r", "*") or depends_on_caller(conditions, table, theirs)


def is_theirs_to_grant(grant: Grant, theirs: frozenset[str]) -> bool:
    """Whether an undeclared grant, or a missing declared one, is up to the project."""
    if grant.thing == _NAME_FUNCTION and grant.grantee in ("authenticated", "session_api"):
        return True
    table = grant.owner.removeprefix("relation ")
    if table not in theirs or (grant.grantee == "session_api" and table != PROFILES):
        return False
    return table in {PROFILES, *_READ_BY_API} or grant.grantee == "service_role"


def notes(connection: Connection, theirs: frozenset[str]) -> Iterator[str]:
    """Report rows of adopted tables that the API's constraints would refuse."""
    if not theirs:
        return
    found = connection.execute(
        """
        select conrelid::regclass::text, conname::text from pg_catalog.pg_constraint
        where not convalidated and conrelid::regclass::text = any (%s) order by 1, 2
        """,
        [sorted(theirs)],
    )
    for table, constraint in found.fetchall():
        yield (
            f"old rows of {table} violate {constraint}; when they are fixed: "
            f"alter table {table} validate constraint {constraint}; [legacy-rows]"
        )
