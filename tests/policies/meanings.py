"""Checks: each policy is what its name says, as an expression and not only on the rows tried.

`<verb>_<relation>`: the verb is the only one it is for, and the relation has one meaning for each
table. Postgres parses the meaning, as a policy on the same table, and gives back both in one form.
"""

from functools import partial
from typing import Final

from psycopg import Connection

from tests.policies.check import Check
from tests.policies.policies import TABLES
from tests.policies.step import execute, savepoint

_ME = "(select session_api.caller_id())"
_MY_MATCH = "match_id = any (array(select session_api.my_match_ids()))"
_MEANINGS: Final = {
    "own": f"{{owner}} = {_ME}",
    "self": f"id = {_ME}",
    "all": "true",
    "unestimated": "session_api.is_not_estimated() and session_api.is_bounded_read()",
}
_OF_TABLE: Final = {
    "user_profiles": {
        "own_or_joined": f"id = {_ME} or id = any (array(select session_api.my_buddy_ids()))"
    },
    "wingman_matches": {"joined": f"user1_id = {_ME} or user2_id = {_ME}"},
    "wingman_sessions": {"joined": _MY_MATCH},
}
# where a verb asks for more than the relation
_OF_POLICY: Final = {
    ("wingman_sessions", "insert_joined"): (
        f"{_MY_MATCH} and exists (select from public.wingman_matches as match"
        " where match.id = wingman_sessions.match_id and match.status = 'accepted')"
    ),
}
_HAS = {  # using, check
    "SELECT": (True, False),
    "INSERT": (False, True),
    "UPDATE": (True, True),
    "DELETE": (True, False),
}
_POLICIES = """
select policyname, cmd, qual, with_check from pg_catalog.pg_policies
where schemaname = 'public' and tablename = '{}' order by 1
"""
# what ties a row to its owner comes first in every foreign key
_OWNER = """
select distinct attname from pg_catalog.pg_constraint
join pg_catalog.pg_attribute on attrelid = conrelid and attnum = conkey[1]
where contype = 'f' and conrelid = 'public.{}'::regclass
"""


def _expression(db: Connection, table: str, meaning: str) -> str:
    """Return the meaning as Postgres writes it."""
    with savepoint(db):
        execute(db, f"create policy meaning on public.{table} for select using ({meaning})")
        query = f"select qual from ({_POLICIES.format(table)}) as it where policyname = 'meaning'"
        return str(execute(db, query)[0][0])


def _meaning(db: Connection, table: str, policy: str) -> str:
    relation = policy.partition("_")[2]
    relations = _MEANINGS | _OF_TABLE.get(table, {})
    meaning = _OF_POLICY.get((table, policy), relations.get(relation))
    assert meaning is not None, f"{policy} on {table}: no meaning is declared for {relation}"
    if "{owner}" in meaning:
        owners = [owner for (owner,) in execute(db, _OWNER.format(table))]
        assert len(owners) == 1, f"{table}: no one column begins its foreign keys, but {owners}"
        meaning = meaning.format(owner=owners[0])
    return _expression(db, table, meaning)


def _is_what_it_is_called(table: str, db: Connection) -> None:
    for policy, verb, using, check in execute(db, _POLICIES.format(table)):
        assert policy.startswith(f"{verb.lower()}_"), (table, policy, verb)
        meaning = _meaning(db, table, policy)
        expected = tuple(meaning if has else None for has in _HAS[verb])
        assert (using, check) == expected, f"{policy} on {table} is not {expected}"


CHECKS = [
    Check(
        f"policies of {table} are what their names say",
        frozenset({table}),
        partial(_is_what_it_is_called, table),
        is_behaviour=False,
    )
    for table in TABLES
]
