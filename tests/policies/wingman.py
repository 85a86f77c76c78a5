"""Checks: whose matches and buddies are whose, and what a session can be."""

from itertools import product

from psycopg import Connection

from tests.policies.actors import API_OWNER, OWNER, PARTICIPANT, STRANGER
from tests.policies.check import Checks
from tests.policies.facts import split
from tests.policies.functions import HIJACK, acting
from tests.policies.step import execute, refusal, savepoint
from tests.policies.tables import FACTS
from tests.policies.world import IDS, named

CHECKS = Checks()

_REFUSED, _TWICE = "23514", "23505"
_HERE = named("id = '{wingman}'")
_STATUSES = ("scheduled", "in_progress", "completed", "cancelled", "no_show")
# tried in every combination of the status, completed_at and the two confirmations
_COMPLETION = (
    "wingman_sessions_completed_iff_completed_at",
    "wingman_sessions_completed_iff_confirmed",
)


def _ids(db: Connection, function: str) -> set[str]:
    return {str(row_id) for (row_id,) in execute(db, f"select session_api.{function}()")}


_MATCHES = {
    OWNER: (
        "match",
        "free_match",
        "far_match",
        "pending_match",
        "declined_match",
        "invitation",
        "refusal",
    ),
    PARTICIPANT: ("match", "free_match", "far_match", "pending_match", "declined_match"),
    STRANGER: ("foreign_match",),
}
_BUDDIES = {
    OWNER: ("participant", "invited"),
    PARTICIPANT: ("owner",),
    STRANGER: ("other",),
}


@CHECKS.about("session_api.my_match_ids")
def matches_are_the_callers_on_either_side(db: Connection) -> None:
    for actor, names in _MATCHES.items():
        with acting(db, actor):
            assert _ids(db, "my_match_ids") == {IDS[name] for name in names}


@CHECKS.about("session_api.my_buddy_ids")
def buddies_are_the_other_users_of_the_callers_matches(db: Connection) -> None:
    for actor, names in _BUDDIES.items():
        with acting(db, actor):
            assert _ids(db, "my_buddy_ids") == {IDS[name] for name in names}


@CHECKS.about("session_api.my_match_ids", "session_api.my_buddy_ids")
def memberships_do_not_lean_on_the_policy_of_matches(db: Connection) -> None:
    with savepoint(db):
        execute(db, "alter table public.wingman_matches disable row level security")
        matches_are_the_callers_on_either_side(db)
        buddies_are_the_other_users_of_the_callers_matches(db)


@CHECKS.about(
    "session_api.my_match_ids",
    "session_api.my_buddy_ids",
    "session_api.wingman_session_version",
    "public.cancel_wingman_session",
    "public.confirm_wingman_session",
    "public.report_wingman_no_show",
    "public.write_wingman_notes",
)
def names_in_functions_of_wingman_cannot_be_hijacked(db: Connection) -> None:
    with savepoint(db):
        execute(db, named(HIJACK))
        # or else the policy would hide what a wrong comparison lets through
        execute(db, "alter table public.wingman_matches disable row level security")
        with acting(db, STRANGER):
            assert _ids(db, "my_match_ids") == {IDS["foreign_match"]}
            assert _ids(db, "my_buddy_ids") == {IDS["other"]}
        with acting(db, API_OWNER):
            confirmed = f"select status from public.confirm_wingman_session('{IDS['wingman']}')"
            assert execute(db, confirmed) == [("scheduled",)]
        far = IDS["far_wingman"]
        for call, answer in {
            f"select status from public.cancel_wingman_session('{far}')": "cancelled",
            f"select status from public.report_wingman_no_show('{IDS['wingman']}')": "no_show",
            "select details ->> 'notes'"
            f" from public.write_wingman_notes('{IDS['wingman']}', 'new')": "new",
        }.items():
            with acting(db, API_OWNER):
                assert execute(db, call) == [(answer,)], call


@CHECKS.about("wingman_sessions", *_COMPLETION)
def completion_is_one_fact(db: Connection) -> None:
    """A half-completed session cannot be stored."""
    for status, at, one, two in product(_STATUSES, (False, True), (False, True), (False, True)):
        change = (
            f"update public.wingman_sessions set status = '{status}',"
            f" completed_at = {'now()' if at else 'null'},"
            f" user1_completed_confirmed_by_user2 = {one},"
            f" user2_completed_confirmed_by_user1 = {two}"
            f" where {_HERE}"
        )
        completed = status == "completed"
        broken = {
            name
            for name, is_broken in zip(
                _COMPLETION, (completed != at, completed != (one and two)), strict=True
            )
            if is_broken
        }
        refused = refusal(db, change)
        if broken:
            assert refused is not None, change
            assert refused[0] == _REFUSED, change
            assert refused[1] in broken, change
        else:
            assert refused is None, change


@CHECKS.about("wingman_sessions", "wingman_sessions_absent_from_no_show")
def nobody_is_absent_but_from_a_no_show(db: Connection) -> None:
    for status, absent in product(_STATUSES, ("user1", "user2")):
        done = status == "completed"
        change = (
            f"update public.wingman_sessions set status = '{status}', absent = '{absent}',"
            f" completed_at = {'now()' if done else 'null'},"
            f" user1_completed_confirmed_by_user2 = {done},"
            f" user2_completed_confirmed_by_user1 = {done} where {_HERE}"
        )
        is_no_show = status == "no_show"
        refused = None if is_no_show else (_REFUSED, "wingman_sessions_absent_from_no_show")
        assert refusal(db, change) == refused, change


@CHECKS.about("wingman_sessions", "wingman_sessions_one_active_per_match")
def one_session_of_a_match_is_active(db: Connection) -> None:
    """Two sessions of a match may be there, but not two that are scheduled or in progress."""
    active = ("scheduled", "in_progress")
    [(_, again)] = split(FACTS["wingman_sessions"].unique)
    again = named(again)
    for first, second in product((*active, "cancelled", "no_show"), repeat=2):
        with savepoint(db):
            execute(
                db,
                f"update public.wingman_sessions set status = '{first}' where {_HERE}",
            )
            statement = again.replace("scheduled_time)", "scheduled_time, status)").replace(
                "interval '1 hour')", f"interval '1 hour', '{second}')"
            )
            assert refusal(db, statement) == (
                (_TWICE, "wingman_sessions_one_active_per_match")
                if first in active and second in active
                else None
            ), (first, second)


@CHECKS.about("wingman_sessions")
def venue_name_has_a_length(db: Connection) -> None:
    change = "update public.wingman_sessions set venue_name = repeat('a', 201)"
    assert refusal(db, change) == ("22001", None)
