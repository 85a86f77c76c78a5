"""Two actions on one session at the same time: every pair ends in a valid state."""

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations_with_replacement

import psycopg
import pytest

from local.project import Project
from tests.actors import NewWingman, Sql
from tests.answers import code
from tests.conftest import AsUser
from tests.sessions.wingman.conftest import Counted, ReadRow, at
from tests.sessions.wingman.together import act, hold, together, wait_for_a_lock

COMPLETES = ("confirm", "user1")


class TestPairs:
    """Each pair of actions at the same instant, by the two people of one session."""

    @pytest.mark.parametrize(
        ("first", "second"), list(combinations_with_replacement(("confirm", "no-show", "notes"), 2))
    )
    def test_from_the_time_on(
        self,
        counted: Counted,
        wingman: NewWingman,
        row: ReadRow,
        first: str,
        second: str,
    ) -> None:
        for _ in range(6):
            session = wingman(confirmed=(True, False))
            # user 1 has been confirmed, so user 1's confirmation would complete the session
            hold(counted, writes=2)
            answers = dict(
                zip(
                    ("user1", "user2"),
                    together(
                        (counted.client(session.user1), act(session, first)),
                        (counted.client(session.user2), act(session, second)),
                    ),
                    strict=True,
                )
            )
            stored = row(session.session_id)
            ends = {"user1": first, "user2": second}
            done = {who for who in ends if answers[who].status_code == 200}
            refused = {who: code(answers[who]) for who in ends if who not in done}
            # one way or the other, it is as if one had come after the other
            assert all(ends[who] != "notes" for who in refused), refused
            ended = [who for who in done if ends[who] == "no-show" or (ends[who], who) == COMPLETES]
            assert len(ended) <= 1
            for who, reason in refused.items():
                already = (ends[who], who) == ("confirm", "user2")
                assert reason == "SESSION_CLOSED" or (already and reason == "ALREADY_CONFIRMED")
            if not ended:
                assert stored["status"] == "scheduled"
                continue
            [who] = ended
            expected = "completed" if ends[who] == "confirm" else "no_show"
            absent = {"user1": "user2", "user2": "user1"}[who] if expected == "no_show" else None
            assert (stored["status"], stored["absent"]) == (expected, absent)
            assert stored["user1_completed_confirmed_by_user2"] is True  # what was given stays
            assert stored["user2_completed_confirmed_by_user1"] is (expected == "completed")

    @pytest.mark.parametrize(("first", "second"), [("cancel", "cancel"), ("cancel", "notes")])
    def test_before_the_time(
        self, counted: Counted, wingman: NewWingman, row: ReadRow, first: str, second: str
    ) -> None:
        for _ in range(6):
            session = wingman(due=False)
            hold(counted, writes=2)
            one, two = together(
                (counted.client(session.user1), act(session, first)),
                (counted.client(session.user2), act(session, second)),
            )
            assert row(session.session_id)["status"] == "cancelled"
            if second == "notes":
                assert [one.status_code, two.status_code] == [200, 200]
                assert row(session.session_id)["notes"] == "x"
            else:
                assert sorted([one.status_code, two.status_code]) == [200, 400]
                [refusal] = [it for it in (one, two) if it.status_code == 400]
                assert code(refusal) == "SESSION_CLOSED"

    @pytest.mark.parametrize("other", ["confirm", "no-show"])
    def test_cancelled_as_the_time_comes(
        self,
        as_user: AsUser,
        wingman: NewWingman,
        row: ReadRow,
        sql: Sql,
        stack: Project,
        other: str,
    ) -> None:
        """A cancellation that began before the time waits for the row, and finds what was done."""
        session = wingman(due=False)
        changed = {
            "confirm": "user2_completed_confirmed_by_user1 = true",
            "no-show": "status = 'no_show', absent = 'user2'",
        }[other]
        with ThreadPoolExecutor(1) as thread, psycopg.connect(stack.database_url) as holder:
            holder.execute(
                f"update public.wingman_sessions set {changed} where id = %s", [session.session_id]
            )
            answer = thread.submit(as_user(session.user2).post, at(session, "cancel"))
            wait_for_a_lock(sql, answer)
            holder.commit()
        refusal = {"confirm": "TOO_LATE_TO_CANCEL", "no-show": "SESSION_CLOSED"}[other]
        assert code(answer.result()) == refusal
        assert (
            row(session.session_id)["status"]
            == {"confirm": "scheduled", "no-show": "no_show"}[other]
        )

    def test_confirmed_while_the_match_is_declined(
        self, as_user: AsUser, wingman: NewWingman, row: ReadRow, sql: Sql, stack: Project
    ) -> None:
        """A confirmation begun before the match was declined succeeds, a later one does not."""
        session = wingman()
        with psycopg.connect(stack.database_url) as holder:
            holder.execute(
                "update public.wingman_matches set status = 'declined' where id = %s",
                [session.match_id],
            )
            assert as_user(session.user1).post(at(session, "confirm")).status_code == 200
            holder.commit()
        answer = as_user(session.user2).post(at(session, "confirm"))
        assert code(answer) == "MATCH_NOT_ACCEPTED"
        assert row(session.session_id)["status"] == "scheduled"
