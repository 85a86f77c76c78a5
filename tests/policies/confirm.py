"""Checks: the function that confirms writes exactly what the rule allows, in every state."""

from dataclasses import dataclass
from itertools import product
from typing import Any, get_args
from uuid import UUID

from psycopg import Connection

from api.errors import ApiError
from api.sessions.wingman.rules import State, Status, check_confirm
from tests.policies.actors import API_OWNER, API_PARTICIPANT, API_STRANGER
from tests.policies.check import Checks
from tests.policies.functions import acting
from tests.policies.step import execute, savepoint
from tests.policies.world import IDS, named

CHECKS = Checks()

_USER1, _USER2 = UUID(IDS["owner"]), UUID(IDS["participant"])
_CALLERS = (API_OWNER, API_PARTICIPANT, API_STRANGER)
# the invited is a buddy of the owner's, but of another match
_BUDDIES = (None, *(UUID(IDS[name]) for name in ("owner", "participant", "invited", "absent")))

Row = dict[str, Any]


@dataclass(frozen=True)
class _Session:
    """A session in one of the states that the constraints allow, of a match of its own."""

    id: UUID
    state: State

    @property
    def values(self) -> str:
        state = self.state
        scheduled = "now()" if state.due else "now() + interval '1 microsecond'"
        completed = "now() - interval '1 minute'" if state.status == "completed" else "null"
        return named(
            f"('{self.id}', '{self.id}', '{{challenge1}}', '{{challenge2}}', 'Here', {scheduled},"
            f" '{state.status}', {completed}, {state.user1_confirmed}, {state.user2_confirmed},"
            " 'Notes', now() - interval '1 day')"
        )

    def after(self, before: Row, caller: UUID, buddy: UUID | None) -> Row:
        """Say what the row must be once the caller has tried to confirm."""
        try:
            check_confirm(self.state, caller, buddy)
        except ApiError:
            return before
        user1, user2 = self.state.user1_confirmed, self.state.user2_confirmed
        if user1 or user2:
            before = before | {"status": "completed", "completed_at": before["now"]}
        return before | {
            "user1_completed_confirmed_by_user2": user1 or caller == _USER2,
            "user2_completed_confirmed_by_user1": user2 or caller == _USER1,
        }


def _states() -> list[State]:
    both = (False, True)
    return [
        State(_USER1, _USER2, status, user1, user2, due)
        for status, user1, user2, due in product(get_args(Status), both, both, both)
        if (status == "completed") == (user1 and user2)
    ]


_SESSIONS = [
    _Session(UUID(f"5e550000-0000-4000-8001-{number:012d}"), state)
    for number, state in enumerate(_states())
]
_IDS = ", ".join(f"'{it.id}'" for it in _SESSIONS)
_ARRANGED = named(f"""
insert into public.wingman_matches (id, user1_id, user2_id, status) values
  {", ".join(f"('{it.id}', '{{owner}}', '{{participant}}', 'accepted')" for it in _SESSIONS)};
insert into public.wingman_sessions (
  id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, status,
  completed_at, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, notes,
  created_at
) values
  {", ".join(it.values for it in _SESSIONS)};
""")
_STORED = f"""
select id, to_jsonb(session) || jsonb_build_object('now', now())
from public.wingman_sessions as session where id in ({_IDS})
"""


def _confirm(buddy: UUID | None) -> str:
    named_buddy = "null" if buddy is None else f"'{buddy}'"
    return f"""
    select session.id, to_jsonb(confirmed) from unnest(array[{_IDS}]::uuid[]) as session (id)
    cross join lateral public.confirm_wingman_session(session.id, {named_buddy}) as confirmed
    """


@CHECKS.about("public.confirm_wingman_session")
def confirmation_is_what_the_rule_allows_in_every_state(db: Connection) -> None:
    with savepoint(db):
        execute(db, _ARRANGED)
        before = dict(execute(db, _STORED))
        for caller, buddy in product(_CALLERS, _BUDDIES):
            with acting(db, caller):
                answers = dict(execute(db, _confirm(buddy)))
                execute(db, "reset role")
                after = dict(execute(db, _STORED))
            for session in _SESSIONS:
                stood, stands = before[session.id], after[session.id]
                expected = session.after(stood, UUID(caller.sub), buddy)
                tried = (session.state, caller.name, buddy)
                assert stands == expected, (tried, stands)
                answer = {name: expected[name] for name in ("status", "completed_at")}
                assert answers.get(session.id) == (None if stands == stood else answer), tried
