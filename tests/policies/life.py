"""Checks: the functions change a wingman session exactly where the rule allows, in every state.

The view says the same of what the caller may do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from api.errors import ApiError
from api.sessions.wingman.rules import (
    State,
    check_cancel,
    check_confirm,
    check_no_show,
    check_notes,
)
from tests.policies.actors import API_OWNER, API_PARTICIPANT, API_STRANGER
from tests.policies.check import Checks
from tests.policies.functions import acting
from tests.policies.step import execute, savepoint
from tests.policies.world import IDS, named
from tests.sessions.wingman.life import CASES

CHECKS = Checks()

_USER1, _USER2 = UUID(IDS["owner"]), UUID(IDS["participant"])
_CALLERS = (API_OWNER, API_PARTICIPANT, API_STRANGER)
# the invited is a buddy of the owner's, but of another match
_BUDDIES = (None, *(UUID(IDS[name]) for name in ("owner", "participant", "invited", "absent")))

Row = dict[str, Any]
Rule = Callable[[State, UUID], None]


@dataclass(frozen=True)
class _Session:
    """A session in one of the states that the constraints allow, with its own match."""

    id: UUID
    state: State
    match_status: str
    scheduled: str

    @property
    def match(self) -> str:
        return f"('{self.id}', '{_USER1}', '{_USER2}', '{self.match_status}')"

    @property
    def values(self) -> str:
        state = self.state
        completed = "now() - interval '1 minute'" if state.status == "completed" else "null"
        return named(
            f"('{self.id}', '{self.id}', '{{challenge1}}', '{{challenge2}}', 'Here',"
            f" {self.scheduled}, '{state.status}', {completed},"
            f" {state.user1_confirmed}, {state.user2_confirmed}, 'Notes', now() - interval '1 day')"
        )

    def allows(self, rule: Rule, caller: UUID) -> bool:
        try:
            rule(self.state, caller)
        except ApiError:
            return False
        return True


_MATCH_STATUSES = {True: ("accepted",), False: ("pending", "declined")}
_TIMES = {
    True: ("now()", "now() - interval '1 hour'"),
    False: ("now() + interval '1 microsecond'", "now() + interval '1 day'"),
}
_STATES = dict.fromkeys(case.state(_USER1, _USER2) for case in CASES)
_SESSIONS = [
    _Session(UUID(f"5e550000-0000-4000-8001-{number:012d}"), *those)
    for number, those in enumerate(
        (state, match_status, scheduled)
        for state in _STATES
        for match_status in _MATCH_STATUSES[state.accepted]
        for scheduled in _TIMES[state.due]
    )
]
_IDS = ", ".join(f"'{it.id}'" for it in _SESSIONS)
_ARRANGED = f"""
insert into public.wingman_matches (id, user1_id, user2_id, status) values
  {", ".join(it.match for it in _SESSIONS)};
insert into public.wingman_sessions (
  id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, status,
  completed_at, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, notes,
  created_at
) values
  {", ".join(it.values for it in _SESSIONS)};
"""
_STORED = f"""
select id, to_jsonb(session) || jsonb_build_object('now', now())
from public.wingman_sessions as session where id in ({_IDS})
"""


def _call(function: str) -> str:
    """Call a function for every session, and read what it answers."""
    return f"""
    select session.id, to_jsonb(answer) from unnest(array[{_IDS}]::uuid[]) as session (id)
    cross join lateral (select * from public.{function}) as answer
    """


def _try(
    db: Connection, call: str, rule: Rule, write: Callable[[Row, UUID], Row], *answered: str
) -> None:
    """Call for every session as everybody: it writes where the rule allows, and answers what."""
    with savepoint(db):
        execute(db, _ARRANGED)
        before = dict(execute(db, _STORED))
        for caller in _CALLERS:
            who = UUID(caller.sub)
            with acting(db, caller):
                answers = dict(execute(db, _call(call)))
                execute(db, "reset role")
                after = dict(execute(db, _STORED))
            for session in _SESSIONS:
                stood, stands = before[session.id], after[session.id]
                allowed = session.allows(rule, who)
                expected = write(stood, who) if allowed else stood
                tried = (call, session.state, caller.name)
                assert stands == expected, (tried, stands)
                answer = answers.get(session.id)
                assert (answer is not None) == allowed, tried
                if answer is not None:
                    assert {it: answer[it] for it in answered} == {
                        it: expected[it] for it in answered
                    }, tried


def _confirmed(row: Row, caller: UUID) -> Row:
    user1, user2 = "user1_completed_confirmed_by_user2", "user2_completed_confirmed_by_user1"
    if row[user1] or row[user2]:
        row = row | {"status": "completed", "completed_at": row["now"]}
    return row | {user2 if caller == _USER1 else user1: True}


@CHECKS.about("public.confirm_wingman_session")
def confirmation_is_what_the_rule_allows_in_every_state(db: Connection) -> None:
    for buddy in _BUDDIES:

        def rule(state: State, caller: UUID, buddy: UUID | None = buddy) -> None:
            check_confirm(state, caller, buddy)

        named_buddy = "null" if buddy is None else f"'{buddy}'"
        call = f"confirm_wingman_session(session.id, {named_buddy})"
        _try(db, call, rule, _confirmed, "status", "completed_at")


@CHECKS.about("public.cancel_wingman_session")
def cancellation_is_what_the_rule_allows_in_every_state(db: Connection) -> None:
    call = "cancel_wingman_session(session.id)"
    _try(db, call, check_cancel, lambda row, _: row | {"status": "cancelled"}, "status")


@CHECKS.about("public.report_wingman_no_show")
def no_show_is_what_the_rule_allows_in_every_state(db: Connection) -> None:
    def reported(row: Row, caller: UUID) -> Row:
        return row | {"status": "no_show", "absent": "user2" if caller == _USER1 else "user1"}

    call = "report_wingman_no_show(session.id)"
    _try(db, call, check_no_show, reported, "status", "absent")


@CHECKS.about("public.write_wingman_notes")
def notes_are_what_the_rule_allows_in_every_state(db: Connection) -> None:
    call = "write_wingman_notes(session.id, 'New')"
    _try(db, call, check_notes, lambda row, _: row | {"notes": "New"})


@CHECKS.about("public.write_wingman_notes", "session_api.wingman_session_version")
def notes_are_written_to_an_expected_version_alone(db: Connection) -> None:
    session = IDS["wingman"]
    look = f"select version from public.wingman_session_details where id = '{session}'"
    # whatever a reader could have missed
    changes = (
        "notes = null",
        "notes = ''",
        "notes = 'New'",
        "status = 'in_progress'",
        "status = 'cancelled'",
        "status = 'no_show', absent = 'user1'",
        "status = 'no_show', absent = 'user2'",
        "status = 'no_show'",
        "user1_completed_confirmed_by_user2 = true",
        "user2_completed_confirmed_by_user1 = true",
        "status = 'completed', completed_at = now(), user1_completed_confirmed_by_user2 = true,"
        " user2_completed_confirmed_by_user1 = true",
    )
    versions = []
    with savepoint(db):
        execute(db, f"update public.wingman_sessions set notes = 'Old' where id = '{session}'")
        [(first,)] = execute(db, look)
        for change in changes:
            with savepoint(db):
                execute(db, f"update public.wingman_sessions set {change} where id = '{session}'")
                [(version,)] = execute(db, look)
                versions.append(version)
                with acting(db, API_OWNER):
                    assert _written(db, session, version) == "New", change
                with acting(db, API_OWNER):
                    assert _written(db, session, f"{first},x,{version}") == "New", change
                for stale in (first, f"{first},x", "", version[:-1]):
                    with acting(db, API_OWNER):
                        assert _written(db, session, stale) is None, (change, stale)
        # changes of what the view shows besides the session are not a change of the session
        execute(db, "update public.user_profiles set first_name = 'Renamed'")
        execute(
            db,
            "update public.wingman_sessions set scheduled_time = now() + interval '1 day'"
            f" where id = '{session}'",
        )
        assert execute(db, look) == [(first,)]
    assert len({first, *versions}) == len(changes) + 1


def _written(db: Connection, session: str, versions: str) -> str | None:
    notes = execute(
        db,
        "select details ->> 'notes'"
        f" from public.write_wingman_notes('{session}', 'New', '{versions}')",
    )
    return notes[0][0] if notes else None


@CHECKS.about("wingman_session_details")
def details_say_what_the_caller_may_do_in_every_state(db: Connection) -> None:
    rules: dict[str, Rule] = {
        "can_confirm": check_confirm,
        "can_cancel": check_cancel,
        "can_report_no_show": check_no_show,
    }
    look = (
        "select id, to_jsonb(details) from public.wingman_session_details as details"
        f" where id in ({_IDS})"
    )
    with savepoint(db):
        execute(db, _ARRANGED)
        # a reader who takes no part: no policy of ours lets one in, but one of a project's may
        execute(db, "alter table public.wingman_matches disable row level security")
        execute(db, "alter table public.wingman_sessions disable row level security")
        for caller in _CALLERS:
            who = UUID(caller.sub)
            with acting(db, caller):
                shown = dict(execute(db, look))
            for session in _SESSIONS:
                row = shown[session.id]
                assert row["you"] == {_USER1: "user1", _USER2: "user2"}.get(who)
                assert row["accepted"] is session.state.accepted
                assert row["due"] is session.state.due
                for name, rule in rules.items():
                    assert row[name] is session.allows(rule, who), (name, session.state, who)
