from uuid import uuid4

import httpx
import pytest

from tests.actors import NewWingman
from tests.answers import code
from tests.conftest import AsUser
from tests.sessions.wingman.conftest import NO_SHOW, READ, SESSIONS, Counted, ReadRow, at, plan


class TestNoShow:
    def test_anonymous(self, anonymous: httpx.Client, wingman: NewWingman) -> None:
        answer = anonymous.post(at(wingman(), "no-show"))
        assert answer.status_code == 401
        assert code(answer) == "NOT_AUTHENTICATED"

    def test_stranger(self, as_user: AsUser, wingman: NewWingman, row: ReadRow) -> None:
        session = wingman()
        before = row(session.session_id)
        answer = as_user(session.stranger).post(at(session, "no-show"))
        assert answer.status_code == 403
        assert code(answer) == "NOT_A_PARTICIPANT"
        assert row(session.session_id) == before

    def test_missing(self, as_user: AsUser, wingman: NewWingman) -> None:
        answer = as_user(wingman().user1).post(f"{SESSIONS}/{uuid4()}/no-show")
        assert answer.status_code == 404
        assert code(answer) == "SESSION_NOT_FOUND"

    @pytest.mark.parametrize(
        ("reporter", "absent", "deltas"),
        [("user1", "user2", (0, -20)), ("user2", "user1", (-10, 0))],
    )
    @pytest.mark.parametrize("status", ["scheduled", "in_progress"])
    def test_valid(
        self,
        as_user: AsUser,
        wingman: NewWingman,
        row: ReadRow,
        status: str,
        reporter: str,
        absent: str,
        deltas: tuple[int, int],
    ) -> None:
        session = wingman(status)
        before = row(session.session_id)
        client = as_user(getattr(session, reporter))
        answer = client.post(at(session, "no-show"))
        assert answer.status_code == 200
        assert answer.json().pop("message")
        assert answer.json() | {"message": ""} == {
            "success": True,
            "message": "",
            "session_status": "no_show",
            "absent": absent,
        }
        assert row(session.session_id) == before | {"status": "no_show", "absent": absent}
        detail = client.get(at(session)).json()
        assert detail["absent"] == absent
        assert tuple(detail["reputation_preview"].values()) == deltas

    @pytest.mark.parametrize(
        ("confirmed", "deltas"),
        [
            ((True, False), (10, -20)),  # the accused has confirmed the accuser
            ((False, True), (0, 20)),  # the accuser has confirmed the accused
        ],
    )
    def test_a_confirmation_stays(
        self,
        as_user: AsUser,
        wingman: NewWingman,
        row: ReadRow,
        confirmed: tuple[bool, bool],
        deltas: tuple[int, int],
    ) -> None:
        session = wingman(confirmed=confirmed)
        before = row(session.session_id)
        client = as_user(session.user1)
        assert client.post(at(session, "no-show")).json()["absent"] == "user2"
        assert row(session.session_id) == before | {"status": "no_show", "absent": "user2"}
        preview = client.get(at(session)).json()["reputation_preview"]
        assert tuple(preview.values()) == deltas

    @pytest.mark.parametrize("status", ["scheduled", "in_progress"])
    def test_too_early(
        self, as_user: AsUser, wingman: NewWingman, row: ReadRow, status: str
    ) -> None:
        session = wingman(status, due=False)
        before = row(session.session_id)
        answer = as_user(session.user1).post(at(session, "no-show"))
        assert answer.status_code == 400
        assert code(answer) == "TOO_EARLY_TO_REPORT"
        assert row(session.session_id) == before

    def test_two_who_accuse_each_other(
        self, as_user: AsUser, wingman: NewWingman, row: ReadRow
    ) -> None:
        session = wingman()
        assert as_user(session.user1).post(at(session, "no-show")).status_code == 200
        before = row(session.session_id)
        for user in (session.user2, session.user1):
            answer = as_user(user).post(at(session, "no-show"))
            assert answer.status_code == 400
            assert code(answer) == "SESSION_CLOSED"
        assert row(session.session_id) == before

    def test_then_schedule_anew(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman(confirmed=(False, True))
        client = as_user(session.user1)
        assert client.post(SESSIONS, json=plan(session)).status_code == 409
        assert client.post(at(session, "no-show")).status_code == 200
        assert client.post(SESSIONS, json=plan(session)).status_code == 201

    def test_cost(self, counted: Counted, wingman: NewWingman) -> None:
        session = wingman()
        client = counted.client(session.user1)
        assert client.post(at(session, "no-show")).status_code == 200
        assert counted.requests == [NO_SHOW]

    def test_cost_of_a_refusal(self, counted: Counted, wingman: NewWingman) -> None:
        session = wingman("cancelled")
        client = counted.client(session.user1)
        assert client.post(at(session, "no-show")).status_code == 400
        assert counted.requests == [NO_SHOW, READ]
