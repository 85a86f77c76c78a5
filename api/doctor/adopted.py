"""Tables that were a project's own, as `session-api install` took them over.

They have what the API needs and keep the rest, so less is compared. The function
`session_api.adopted_tables()` names them.
"""

import re
from collections.abc import Iterator

from psycopg import Connection

from api.doctor.declared import Grant, State

PROFILES = "public.user_profiles"
"""Where it is adopted, names come from a column of the project's, and its policies are its own."""
CATALOGUE = "public.approach_challenges"
_READ_BY_API = {CATALOGUE, "public.wingman_matches"}
_NAME_FUNCTION = "function session_api.participant_name(uuid)"
_VIEW_OF_NAMES = "relation public.wingman_session_details"
_CASTS = re.compile(r"::(text|character varying|\w+\.\w+)(\[\])?|[()\s]")
_CALLER = re.compile(r"\b(?!pg_catalog\.)\w+\.(?!role\()\w+\(|request\.jwt|current_user")


def tables(live: State) -> frozenset[str]:
    """Return the adopted tables, with their schema."""
    marker = live.definitions.get("function session_api.adopted_tables()", "")
    return frozenset(f"public.{name}" for name in re.findall(r"'(\w+)'", marker))


def is_as_good(name: str, table: str, found: str | None, text: str, theirs: frozenset[str]) -> bool:
    """Whether a definition serves, although it may not be as the migrations make it.

    Args:
        name: the definition's.
        table: the table that it belongs to, empty for what belongs to none.
        found: what is there.
        text: what is declared.
        theirs: the adopted tables.

    """
    kind, _, thing = name.partition(" ")
    if PROFILES in theirs and (PROFILES in (table, thing) or f"{PROFILES}(" in text):
        return True
    if PROFILES in theirs and name == _VIEW_OF_NAMES:
        return found is not None and "security_invoker=true" in found
    if kind == "relation" and thing in theirs:
        return found is not None and found.startswith("r rls t")
    if table not in theirs:
        return False
    if kind == "policy" and found is not None:
        # of another type, Postgres writes casts elsewhere
        return _CASTS.sub("", found) == _CASTS.sub("", text)
    # its constraints and types are what the installation could make of them
    return kind == "constraint" or (kind in ("column", "trigger", "index") and found is not None)


def is_harmless(policy: str, table: str, theirs: frozenset[str]) -> bool:
    """Whether a policy of the project's neither binds the API nor shows rows to anybody.

    Args:
        policy: as the catalog's snapshot has it.
        table: what it is on.
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
    return command not in ("r", "*") or _CALLER.search(conditions) is not None


def is_theirs_to_grant(grant: Grant, theirs: frozenset[str]) -> bool:
    """Whether an undeclared grant, or a declared one that is missing, is the project's business."""
    if grant.thing == _NAME_FUNCTION and grant.grantee in ("authenticated", "session_api"):
        return True
    table = grant.owner.removeprefix("relation ")
    if table not in theirs or (grant.grantee == "session_api" and table != PROFILES):
        return False
    return table in {PROFILES, *_READ_BY_API} or grant.grantee == "service_role"


def notes(connection: Connection, theirs: frozenset[str]) -> Iterator[str]:
    """Tell what the project's own additions mean for the API: rows and columns to know of."""
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
            f"rows of {table} from before break {constraint}; when they are mended: "
            f"alter table {table} validate constraint {constraint}; [legacy-rows]"
        )
