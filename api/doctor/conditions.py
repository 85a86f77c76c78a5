"""Whether a policy's condition, as Postgres prints it, depends on who asks."""

import re

PROFILES = "public.user_profiles"
"""If it is adopted, names come from a column of the project, and so do its policies."""
CATALOGUE = "public.approach_challenges"
_CALLER = re.compile(
    r"\b(?!pg_catalog\.)\w+\.(?!role\()\w+\(|request\.(?:jwt|headers)|current_user"
)
_SOURCE = re.compile(r"\b(?:FROM|JOIN) \(*([\w.]+)")


def depends_on_caller(condition: str, table: str, theirs: frozenset[str]) -> bool:
    """Return whether it names the caller, or asks tables whose own policies do.

    It reads the text alone: `is_public or auth.uid() = owner` depends on the caller, too.

    Args:
        condition: with qualified names.
        table: the policy's table, with its schema.
        theirs: the adopted tables, whose policies show users their own rows.

    """
    if _CALLER.search(condition):
        return True
    sources = set(_SOURCE.findall(condition))
    is_tied = " IN ( SELECT " in condition or f"{table.partition('.')[2]}." in condition
    owned = theirs - {CATALOGUE, PROFILES, table}
    is_simple = re.search(r"\b(?:NOT|OR)\b", condition) is None
    return bool(sources) and sources <= owned and is_tied and is_simple
