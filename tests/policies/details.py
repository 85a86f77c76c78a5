"""Checks: what the view on wingman sessions shows, and that each user is in the right place."""

from psycopg import Connection

from tests.policies.actors import OWNER, PARTICIPANT
from tests.policies.check import Checks
from tests.policies.functions import acting
from tests.policies.sorts import rows, write
from tests.policies.step import DENIED, execute, refusal, savepoint
from tests.policies.world import IDS

CHECKS = Checks()

_CHALLENGES = {
    1: {"title": "One", "description": "The first", "difficulty": "beginner", "points": 10},
    2: {"title": "Two", "description": "The second", "difficulty": "advanced", "points": 20},
}
_LOOK = f"""
select to_jsonb(details) - 'scheduled_time' - 'created_at' - 'version'
from public.wingman_session_details as details where id = '{IDS["wingman"]}'
"""


def _user(number: int, name: str, *, confirmed: bool) -> dict[str, object]:
    return {
        "id": IDS[name],
        "name": name.capitalize(),
        "challenge": {"id": IDS[f"challenge{number}"], **_CHALLENGES[number]},
        "confirmed": confirmed,
    }


@CHECKS.about("wingman_session_details")
def details_show_each_user_with_their_own_challenge_and_confirmation(db: Connection) -> None:
    for first, second in ((False, False), (True, False), (False, True)):
        with savepoint(db):
            execute(
                db,
                "update public.wingman_sessions set notes = 'Hi',"
                f" user1_completed_confirmed_by_user2 = {first},"
                f" user2_completed_confirmed_by_user1 = {second} where id = '{IDS['wingman']}'",
            )
            for actor in (OWNER, PARTICIPANT):
                with acting(db, actor):
                    shown = execute(db, _LOOK)
                assert shown == [
                    (
                        {
                            "id": IDS["wingman"],
                            "match_id": IDS["match"],
                            "venue_name": "Here",
                            "status": "scheduled",
                            "notes": "Hi",
                            "participants": {
                                "user1": _user(1, "owner", confirmed=first),
                                "user2": _user(2, "participant", confirmed=second),
                            },
                            "completed_at": None,
                            "user1_id": IDS["owner"],
                            "user2_id": IDS["participant"],
                            "user1_completed_confirmed_by_user2": first,
                            "user2_completed_confirmed_by_user1": second,
                            "due": True,
                            "accepted": True,
                            "absent": None,
                            "you": "user1" if actor == OWNER else "user2",
                            "can_confirm": not (second if actor == OWNER else first),
                            "can_cancel": False,
                            "can_report_no_show": True,
                        },
                    )
                ]


@CHECKS.about("wingman_session_details")
def details_hide_the_name_of_a_partner_who_declined(db: Connection) -> None:
    with savepoint(db):
        execute(
            db,
            "update public.wingman_matches set status = 'declined'"
            f" where user2_id = '{IDS['participant']}'",
        )
        for actor, names in (
            (OWNER, ("Owner", "Unknown")),
            (PARTICIPANT, ("Unknown", "Participant")),
        ):
            with acting(db, actor):
                [(shown,)] = execute(db, _LOOK)
            people = shown["participants"]
            assert (people["user1"]["name"], people["user2"]["name"]) == names


@CHECKS.about("wingman_session_details", "session_api.refuse_write")
def details_are_for_reading_even_for_their_owner(db: Connection) -> None:
    view = "public.wingman_session_details"
    for change in (
        f"insert into {view} (venue_name) values ('new')",
        f"update {view} set venue_name = 'new'",
        f"delete from {view}",
    ):
        refused = refusal(db, change)
        assert refused == (DENIED, None), (change, refused)


@CHECKS.about("wingman_session_details")
def details_are_due_from_the_scheduled_time_on(db: Connection) -> None:
    for scheduled, due in (("now() + interval '1 microsecond'", False), ("now()", True)):
        with savepoint(db):
            execute(
                db,
                f"update public.wingman_sessions set scheduled_time = {scheduled}"
                f" where id = '{IDS['wingman']}'",
            )
            [(got,)] = execute(
                db,
                "select due and scheduled_time <= now() and created_at < now()"
                f" from public.wingman_session_details where id = '{IDS['wingman']}'",
            )
            assert got is due


@CHECKS.about("wingman_session_details")
def details_show_a_session_of_every_sort_as_it_is(db: Connection) -> None:
    session = IDS["wingman"]
    for row in [*rows(db, "wingman_sessions"), {"notes": ""}]:
        with savepoint(db):
            if not write(db, "public.wingman_sessions", session, row):
                continue
            [(stored,)] = execute(
                db,
                f"select to_jsonb(it) from public.wingman_sessions as it where id = '{session}'",
            )
            for actor in (OWNER, PARTICIPANT):
                with acting(db, actor):
                    [(shown,)] = execute(
                        db,
                        "select to_jsonb(it) from public.wingman_session_details as it"
                        f" where id = '{session}'",
                    )
                same = {name: value for name, value in stored.items() if name in shown}
                assert same == {name: shown[name] for name in same}, row
