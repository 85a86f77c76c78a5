"""Two people at the same instant: the result is legal, and happens exactly once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import httpx
import psycopg

from local.project import Project
from tests.actors import NewMatch, NewWingman, Sql, User
from tests.answers import code
from tests.conftest import AsUser
from tests.sessions.wingman.conftest import (
    CONFIRM,
    READ,
    SESSIONS,
    Counted,
    ReadRow,
    at,
    plan,
    put_off,
)
from tests.sessions.wingman.together import hold, notes, post, together, wait_for_a_lock

PAIRS = 120


class TestConfirm:
    def test_both_at_once(self, api: str, wingman: NewWingman, row: ReadRow) -> None:
        """A hundred times and more, on two connections that are open before the start."""
        sessions = [wingman() for _ in range(PAIRS)]
        barrier = threading.Barrier(2)

        def confirm_all(users: list[User]) -> list[httpx.Response]:
            answers = []
            with httpx.Client(base_url=api, timeout=10) as client:
                client.get("/healthz")
                for session, user in zip(sessions, users, strict=True):
                    headers = {"Authorization": f"Bearer {user.token}"}
                    barrier.wait()
                    answers.append(client.post(at(session, "confirm"), headers=headers))
            return answers

        with ThreadPoolExecutor(2) as threads:
            first = threads.submit(confirm_all, [session.user1 for session in sessions])
            second = threads.submit(confirm_all, [session.user2 for session in sessions])
            pairs = list(zip(first.result(), second.result(), strict=True))

        assert {answer.status_code for answer in chain.from_iterable(pairs)} == {200}
        for session, pair in zip(sessions, pairs, strict=True):
            bodies = [answer.json() for answer in pair]
            assert sorted(body["both_confirmed"] for body in bodies) == [False, True]
            [completing] = [body for body in bodies if body["both_confirmed"]]
            [other] = [body for body in bodies if not body["both_confirmed"]]
            assert completing["session_status"] == "completed"
            assert completing["completed_at"]
            assert (other["session_status"], other["completed_at"]) == ("scheduled", None)
            stored = row(session.session_id)
            assert stored["status"] == "completed"
            assert stored["completed_at"] is not None
            assert stored["user1_completed_confirmed_by_user2"] is True
            assert stored["user2_completed_confirmed_by_user1"] is True

    def test_both_at_the_door(self, counted: Counted, wingman: NewWingman, row: ReadRow) -> None:
        """Both wait until both have arrived; each still sends one query."""
        session = wingman()
        clients = [counted.client(session.user1), counted.client(session.user2)]
        hold(counted, writes=2)
        answers = together(*[(client, post(at(session, "confirm"))) for client in clients])
        assert [answer.status_code for answer in answers] == [200, 200]
        assert sorted(answer.json()["both_confirmed"] for answer in answers) == [False, True]
        assert row(session.session_id)["status"] == "completed"
        assert counted.requests == [CONFIRM, CONFIRM]

    def test_the_same_person_twice(
        self, counted: Counted, wingman: NewWingman, row: ReadRow
    ) -> None:
        session = wingman()
        clients = [counted.client(session.user1) for _ in range(2)]
        hold(counted, writes=2)
        answers = together(*[(client, post(at(session, "confirm"))) for client in clients])
        assert sorted(answer.status_code for answer in answers) == [200, 400]
        [refusal] = [answer for answer in answers if answer.status_code == 400]
        assert code(refusal) == "ALREADY_CONFIRMED"
        stored = row(session.session_id)
        assert stored["status"] == "scheduled"
        assert stored["user1_completed_confirmed_by_user2"] is False

    def test_put_off_at_the_last_moment(
        self, counted: Counted, wingman: NewWingman, sql: Sql
    ) -> None:
        session = wingman()
        client = counted.client(session.user1)
        counted.proxy.before = lambda request: request == CONFIRM and put_off(sql, session, "1 day")
        assert code(client.post(at(session, "confirm"))) == "TOO_EARLY_TO_CONFIRM"

    def test_due_before_it_is_said_why_not(
        self, counted: Counted, wingman: NewWingman, sql: Sql
    ) -> None:
        """Nothing was written, and the obstacle has gone meanwhile: the write is tried again."""
        session = wingman(due=False)
        client = counted.client(session.user1)
        counted.proxy.before = lambda request: (
            request == READ and put_off(sql, session, "-1 second")
        )
        assert client.post(at(session, "confirm")).status_code == 200
        assert counted.requests == [CONFIRM, READ, CONFIRM]

    def test_overtaken_every_time(
        self, counted: Counted, wingman: NewWingman, row: ReadRow, sql: Sql
    ) -> None:
        session = wingman()
        client = counted.client(session.user1)
        counted.proxy.before = lambda request: put_off(
            sql, session, "1 day" if request == CONFIRM else "-1 second"
        )
        answer = client.post(at(session, "confirm"))
        assert answer.status_code == 409
        assert code(answer) == "CONFLICT"
        assert row(session.session_id)["user2_completed_confirmed_by_user1"] is False
        assert counted.requests == [CONFIRM, READ, CONFIRM]
        counted.proxy.before = lambda request: None
        put_off(sql, session, "-1 second")
        assert client.post(at(session, "confirm")).status_code == 200


class TestTwoEditors:
    def test_at_once(self, counted: Counted, wingman: NewWingman, row: ReadRow) -> None:
        """Both have read the same state: one writes, the other gets 412."""
        for _ in range(10):
            session = wingman()
            tag = counted.client(session.user1).get(at(session)).headers["ETag"]
            hold(counted, writes=2)
            answers = together(
                *[
                    (counted.client(user), notes(session, user.name, tag))
                    for user in (session.user1, session.user2)
                ]
            )
            assert sorted(answer.status_code for answer in answers) == [200, 412]
            [written] = [answer for answer in answers if answer.status_code == 200]
            [refused] = [answer for answer in answers if answer.status_code == 412]
            assert code(refused) == "PRECONDITION_FAILED"
            assert row(session.session_id)["notes"] == written.json()["updated_notes"]


class TestSchedule:
    def test_match_gone_in_between(
        self, as_user: AsUser, match: NewMatch, sql: Sql, stack: Project
    ) -> None:
        """The insert policy still sees the match, and its foreign key waits for the deletion."""
        pair = match()
        delete = "delete from public.wingman_matches where id = %s"
        with ThreadPoolExecutor(1) as thread, psycopg.connect(stack.database_url) as other:
            other.execute(delete, [pair.match_id])
            answer = thread.submit(as_user(pair.user1).post, SESSIONS, json=plan(pair))
            wait_for_a_lock(sql, answer)
            other.commit()
        assert answer.result().status_code == 404
        assert code(answer.result()) == "MATCH_NOT_FOUND"

    def test_both_at_once(self, as_user: AsUser, match: NewMatch, sql: Sql) -> None:
        for _ in range(20):
            pair = match()
            body = plan(pair)
            answers = together(
                *[
                    (as_user(user), lambda client: client.post(SESSIONS, json=body))  # noqa: B023
                    for user in (pair.user1, pair.user2)
                ]
            )
            assert sorted(answer.status_code for answer in answers) == [201, 409]
            [refusal] = [answer for answer in answers if answer.status_code == 409]
            assert code(refusal) == "ACTIVE_SESSION_EXISTS"
            stored = sql.execute(
                "select count(*) from public.wingman_sessions where match_id = %s", [pair.match_id]
            ).fetchone()
            assert stored == (1,)
