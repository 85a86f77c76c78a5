from datetime import datetime
from uuid import uuid4

import httpx
import pytest

from tests.actors import NewWingman, Sql
from tests.answers import code
from tests.conftest import AsUser
from tests.sessions.wingman.conftest import CONFIRM, READ, SESSIONS, Counted, ReadRow, at, refused

CLOSED = ["completed", "cancelled", "no_show"]


class TestConfirm:
    def test_anonymous(self, anonymous: httpx.Client, wingman: NewWingman) -> None:
        answer = anonymous.post(at(wingman(), "confirm"))
        assert answer.status_code == 401
        assert code(answer) == "NOT_AUTHENTICATED"

    @pytest.mark.parametrize("status", ["scheduled", *CLOSED])
    def test_stranger(
        self, as_user: AsUser, wingman: NewWingman, row: ReadRow, status: str
    ) -> None:
        session = wingman(status)
        before = row(session.session_id)
        for body in ({}, {"buddy_user_id": str(session.user1.id)}):
            answer = as_user(session.stranger).post(at(session, "confirm"), json=body)
            assert answer.status_code == 403
            assert code(answer) == "NOT_A_PARTICIPANT"
        assert row(session.session_id) == before

    def test_stranger_who_may_not_know(
        self, as_user: AsUser, wingman: NewWingman, concealing: str
    ) -> None:
        session = wingman()
        answer = as_user(session.stranger, concealing).post(at(session, "confirm"))
        assert answer.status_code == 404
        assert code(answer) == "SESSION_NOT_FOUND"

    def test_missing(self, as_user: AsUser, wingman: NewWingman) -> None:
        answer = as_user(wingman().user1).post(f"{SESSIONS}/{uuid4()}/confirm")
        assert answer.status_code == 404
        assert code(answer) == "SESSION_NOT_FOUND"

    @pytest.mark.parametrize("status", ["scheduled", "in_progress"])
    def test_first(self, as_user: AsUser, wingman: NewWingman, row: ReadRow, status: str) -> None:
        session = wingman(status)
        before = row(session.session_id)
        answer = as_user(session.user1).post(at(session, "confirm"))
        assert answer.status_code == 200
        assert answer.json().pop("message")
        assert answer.json() | {"message": ""} == {
            "success": True,
            "message": "",
            "session_status": status,
            "both_confirmed": False,
            "completed_at": None,
        }
        changed = before | {"user2_completed_confirmed_by_user1": True}
        assert row(session.session_id) == changed

    @pytest.mark.parametrize("status", ["scheduled", "in_progress"])
    def test_second(
        self, as_user: AsUser, wingman: NewWingman, row: ReadRow, sql: Sql, status: str
    ) -> None:
        session = wingman(status, confirmed=(False, True))
        before = row(session.session_id)
        answer = as_user(session.user2).post(
            at(session, "confirm"), json={"buddy_user_id": str(session.user1.id)}
        )
        assert answer.status_code == 200
        body = answer.json()
        assert body["session_status"] == "completed"
        assert body["both_confirmed"] is True
        after = row(session.session_id)
        assert after == before | {
            "user1_completed_confirmed_by_user2": True,
            "status": "completed",
            "completed_at": datetime.fromisoformat(body["completed_at"]),
        }
        now = sql.execute("select now()").fetchone()
        assert now is not None
        assert abs((now[0] - after["completed_at"]).total_seconds()) < 30

    def test_both_to_the_end(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        first, second = as_user(session.user1), as_user(session.user2)
        assert first.post(at(session, "confirm")).json()["both_confirmed"] is False
        assert second.post(at(session, "confirm")).json()["both_confirmed"] is True
        detail = first.get(at(session)).json()
        assert detail["status"] == "completed"
        assert detail["completed_at"]
        assert detail["participants"]["user1"]["confirmed"] is True
        assert detail["participants"]["user2"]["confirmed"] is True

    @pytest.mark.parametrize("content", [b"", b"{}", b"null", b'{"buddy_user_id": null}'])
    def test_without_naming_the_buddy(
        self, as_user: AsUser, wingman: NewWingman, content: bytes
    ) -> None:
        session = wingman()
        answer = as_user(session.user1).post(
            at(session, "confirm"), content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 200

    def test_twice(self, as_user: AsUser, wingman: NewWingman, row: ReadRow) -> None:
        session = wingman()
        client = as_user(session.user1)
        assert client.post(at(session, "confirm")).status_code == 200
        before = row(session.session_id)
        answer = client.post(at(session, "confirm"))
        assert answer.status_code == 400
        assert code(answer) == "ALREADY_CONFIRMED"
        assert row(session.session_id) == before

    @pytest.mark.parametrize("status", ["scheduled", "in_progress"])
    def test_too_early(
        self, as_user: AsUser, wingman: NewWingman, row: ReadRow, status: str
    ) -> None:
        session = wingman(status, due=False)
        before = row(session.session_id)
        answer = as_user(session.user1).post(at(session, "confirm"))
        assert answer.status_code == 400
        assert code(answer) == "TOO_EARLY_TO_CONFIRM"
        assert row(session.session_id) == before

    @pytest.mark.parametrize("milliseconds", [300, -1])
    def test_the_database_decides_when(
        self, as_user: AsUser, wingman: NewWingman, sql: Sql, milliseconds: int
    ) -> None:
        """At the boundary: allowed exactly from `scheduled_time` on, by `now()`."""
        session = wingman()
        sql.execute(
            "update public.wingman_sessions"
            " set scheduled_time = clock_timestamp() + %s * interval '1 ms' where id = %s",
            [milliseconds, session.session_id],
        )
        client = as_user(session.user1)
        refusals = 0
        while (answer := client.post(at(session, "confirm"))).status_code != 200:
            assert code(answer) == "TOO_EARLY_TO_CONFIRM"
            refusals += 1
        assert (refusals > 0) == (milliseconds > 0)
        passed = sql.execute(
            "select scheduled_time <= clock_timestamp() from public.wingman_sessions where id = %s",
            [session.session_id],
        ).fetchone()
        assert passed == (True,)

    @pytest.mark.parametrize("due", [True, False])
    @pytest.mark.parametrize("status", CLOSED)
    def test_closed(
        self, as_user: AsUser, wingman: NewWingman, row: ReadRow, status: str, *, due: bool
    ) -> None:
        session = wingman(status, due=due)
        before = row(session.session_id)
        for buddy in (None, str(session.user1.id), str(session.user2.id)):
            answer = as_user(session.user1).post(
                at(session, "confirm"), json={"buddy_user_id": buddy}
            )
            assert answer.status_code == 400
            assert code(answer) == "SESSION_CLOSED"
        assert row(session.session_id) == before

    def test_yourself(self, as_user: AsUser, wingman: NewWingman, row: ReadRow) -> None:
        session = wingman()
        before = row(session.session_id)
        for user in (session.user1, session.user2):
            answer = as_user(user).post(
                at(session, "confirm"), json={"buddy_user_id": str(user.id)}
            )
            assert answer.status_code == 400
            assert code(answer) == "CANNOT_CONFIRM_YOURSELF"
        assert row(session.session_id) == before

    def test_third_person(self, as_user: AsUser, wingman: NewWingman, row: ReadRow) -> None:
        session = wingman()
        before = row(session.session_id)
        for somebody in (session.stranger.id, uuid4()):
            answer = as_user(session.user1).post(
                at(session, "confirm"), json={"buddy_user_id": str(somebody)}
            )
            assert answer.status_code == 400
            assert code(answer) == "NOT_YOUR_BUDDY"
        assert row(session.session_id) == before

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"buddy_user_id": "x"}, "buddy_user_id"),
            ({"buddy_user_id": 1}, "buddy_user_id"),
            ({"buddy_user_id": []}, "buddy_user_id"),
            ({"buddy_user_id": ""}, "buddy_user_id"),
            ({"buddy": None}, "buddy"),
            ({"confirmed": True}, "confirmed"),
            ([], "body"),
            ("x", "body"),
            (1, "body"),
        ],
    )
    def test_malformed(
        self, as_user: AsUser, wingman: NewWingman, body: object, field: str
    ) -> None:
        session = wingman()
        answer = as_user(session.user1).post(at(session, "confirm"), json=body)
        assert refused(answer) == [field]

    def test_cost(self, counted: Counted, wingman: NewWingman) -> None:
        session = wingman()
        for user in (session.user1, session.user2):
            client = counted.client(user)
            assert client.post(at(session, "confirm")).status_code == 200
            assert counted.requests == [CONFIRM]

    def test_cost_of_a_refusal(self, counted: Counted, wingman: NewWingman) -> None:
        session = wingman(due=False)
        client = counted.client(session.user1)
        assert client.post(at(session, "confirm")).status_code == 400
        assert counted.requests == [CONFIRM, READ]
