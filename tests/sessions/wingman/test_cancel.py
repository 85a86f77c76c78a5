from uuid import uuid4

import httpx
import pytest

from tests.actors import NewWingman
from tests.answers import code
from tests.conftest import AsUser
from tests.sessions.wingman.conftest import CANCEL, READ, SESSIONS, Counted, ReadRow, at, plan


class TestCancel:
    def test_anonymous(self, anonymous: httpx.Client, wingman: NewWingman) -> None:
        answer = anonymous.post(at(wingman(), "cancel"))
        assert answer.status_code == 401
        assert code(answer) == "NOT_AUTHENTICATED"

    def test_stranger(self, as_user: AsUser, wingman: NewWingman, row: ReadRow) -> None:
        session = wingman()
        before = row(session.session_id)
        answer = as_user(session.stranger).post(at(session, "cancel"))
        assert answer.status_code == 403
        assert code(answer) == "NOT_A_PARTICIPANT"
        assert row(session.session_id) == before

    def test_missing(self, as_user: AsUser, wingman: NewWingman) -> None:
        answer = as_user(wingman().user1).post(f"{SESSIONS}/{uuid4()}/cancel")
        assert answer.status_code == 404
        assert code(answer) == "SESSION_NOT_FOUND"

    @pytest.mark.parametrize("status", ["scheduled", "in_progress"])
    def test_valid(self, as_user: AsUser, wingman: NewWingman, row: ReadRow, status: str) -> None:
        session = wingman(status, due=False)
        before = row(session.session_id)
        answer = as_user(session.user2).post(at(session, "cancel"))
        assert answer.status_code == 200
        body = answer.json()
        assert (body["success"], body["session_status"]) == (True, "cancelled")
        assert body.keys() == {"success", "message", "session_status"}
        assert row(session.session_id) == before | {"status": "cancelled"}

    @pytest.mark.parametrize("confirmed", [(False, False), (True, False), (False, True)])
    def test_too_late(
        self,
        as_user: AsUser,
        wingman: NewWingman,
        row: ReadRow,
        confirmed: tuple[bool, bool],
    ) -> None:
        """A user who did not come cannot erase the other's confirmation by cancelling."""
        session = wingman(confirmed=confirmed)
        before = row(session.session_id)
        for user in (session.user1, session.user2):
            answer = as_user(user).post(at(session, "cancel"))
            assert answer.status_code == 400
            assert code(answer) == "TOO_LATE_TO_CANCEL"
        assert row(session.session_id) == before

    @pytest.mark.parametrize("status", ["completed", "cancelled", "no_show"])
    def test_closed(self, as_user: AsUser, wingman: NewWingman, row: ReadRow, status: str) -> None:
        session = wingman(status)
        before = row(session.session_id)
        answer = as_user(session.user1).post(at(session, "cancel"))
        assert answer.status_code == 400
        assert code(answer) == "SESSION_CLOSED"
        assert row(session.session_id) == before

    def test_then_schedule_anew(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman(due=False)
        client = as_user(session.user1)
        assert client.post(SESSIONS, json=plan(session)).status_code == 409
        assert client.post(at(session, "cancel")).status_code == 200
        assert client.post(SESSIONS, json=plan(session)).status_code == 201

    def test_cost(self, counted: Counted, wingman: NewWingman) -> None:
        session = wingman(due=False)
        client = counted.client(session.user1)
        assert client.post(at(session, "cancel")).status_code == 200
        assert counted.requests == [CANCEL]

    def test_cost_of_a_refusal(self, counted: Counted, wingman: NewWingman) -> None:
        session = wingman("cancelled")
        client = counted.client(session.user1)
        assert client.post(at(session, "cancel")).status_code == 400
        assert counted.requests == [CANCEL, READ]
