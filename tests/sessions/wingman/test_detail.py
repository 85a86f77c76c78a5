from uuid import uuid4

import httpx
import pytest

from tests.actors import NewMatch, NewWingman, Sql
from tests.answers import code
from tests.conftest import AsUser, Rest
from tests.sessions.wingman.conftest import SESSIONS, Counted, at, refused

STATUSES = ["scheduled", "in_progress", "completed", "cancelled", "no_show"]


class TestDetail:
    def test_anonymous(self, anonymous: httpx.Client, wingman: NewWingman) -> None:
        answer = anonymous.get(at(wingman()))
        assert answer.status_code == 401
        assert code(answer) == "NOT_AUTHENTICATED"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")

    def test_stranger(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        answer = as_user(session.stranger).get(at(session))
        assert answer.status_code == 403
        assert code(answer) == "NOT_A_PARTICIPANT"

    def test_stranger_who_may_not_know(
        self, as_user: AsUser, wingman: NewWingman, concealing: str
    ) -> None:
        session = wingman()
        client = as_user(session.stranger, concealing)
        answers = [client.get(at(session)), client.get(f"{SESSIONS}/{uuid4()}")]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
        assert as_user(session.user1, concealing).get(at(session)).status_code == 200

    def test_missing(self, as_user: AsUser, wingman: NewWingman) -> None:
        answer = as_user(wingman().user1).get(f"{SESSIONS}/{uuid4()}")
        assert answer.status_code == 404
        assert code(answer) == "SESSION_NOT_FOUND"

    @pytest.mark.parametrize("session_id", ["1", "null", "'", "%00", "x" * 36])
    def test_malformed(self, as_user: AsUser, wingman: NewWingman, session_id: str) -> None:
        answer = as_user(wingman().user1).get(f"{SESSIONS}/{session_id}")
        assert refused(answer) == ["session_id"]

    def test_valid(self, as_user: AsUser, wingman: NewWingman, sql: Sql) -> None:
        session = wingman(confirmed=(True, False))
        challenge = {
            "title": "Say hello",
            "description": "To three strangers.",
            "difficulty": "beginner",
        }
        for user in (session.user1, session.user2):
            answer = as_user(user).get(at(session))
            assert answer.status_code == 200
            body = answer.json()
            times = {name: body.pop(name) for name in ("scheduled_time", "created_at")}
            assert all(time.endswith("Z") for time in times.values())
            assert body == {
                "id": str(session.session_id),
                "match_id": str(session.match_id),
                "venue_name": "Café Central",
                "status": "scheduled",
                "notes": None,
                "participants": {
                    "user1": {
                        "id": str(session.user1.id),
                        "name": "Ada",
                        "challenge": {
                            "id": str(session.challenge1_id),
                            "points": 10,
                            **challenge,
                        },
                        "confirmed": True,
                    },
                    "user2": {
                        "id": str(session.user2.id),
                        "name": "Ben",
                        "challenge": {
                            "id": str(session.challenge2_id),
                            "points": 20,
                            **challenge,
                        },
                        "confirmed": False,
                    },
                },
                "reputation_preview": {"user1_delta": 10, "user2_delta": 20},
                "absent": None,
                "you": "user1" if user == session.user1 else "user2",
                "due": True,
                # user 1 has been confirmed, by user 2
                "can_confirm": user == session.user1,
                "can_cancel": False,
                "can_report_no_show": True,
                "completed_at": None,
            }

    @pytest.mark.parametrize(
        ("status", "confirmed", "deltas"),
        [
            ("scheduled", (False, False), (10, 20)),
            ("in_progress", (False, True), (10, 20)),
            ("completed", (True, True), (10, 20)),
            ("cancelled", (True, False), (0, 0)),
            ("no_show", (False, False), (-10, -20)),
            ("no_show", (True, False), (10, -20)),
            ("no_show", (False, True), (-10, 20)),
        ],
    )
    def test_reputation_preview(
        self,
        as_user: AsUser,
        wingman: NewWingman,
        status: str,
        confirmed: tuple[bool, bool],
        deltas: tuple[int, int],
    ) -> None:
        session = wingman(status, confirmed=confirmed)
        body = as_user(session.user1).get(at(session)).json()
        assert body["status"] == status
        assert (body["completed_at"] is not None) == (status == "completed")
        assert tuple(body["reputation_preview"].values()) == deltas

    def test_no_points(self, as_user: AsUser, wingman: NewWingman, match: NewMatch) -> None:
        session = wingman("no_show", of=match(points=(0, 1000)))
        body = as_user(session.user1).get(at(session)).json()
        assert body["reputation_preview"] == {"user1_delta": 0, "user2_delta": -1000}

    def test_agrees_with_the_view(self, as_user: AsUser, wingman: NewWingman, rest: Rest) -> None:
        session = wingman("completed")
        body = as_user(session.user1).get(at(session)).json()
        [direct] = (
            rest(session.user1)
            .get("/wingman_session_details", params={"id": f"eq.{session.session_id}"})
            .json()
        )
        assert body["participants"] == direct["participants"]

    def test_head(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        answer = as_user(session.user1).head(at(session))
        assert answer.status_code == 200
        assert answer.content == b""

    def test_cost(self, counted: Counted, wingman: NewWingman) -> None:
        session = wingman()
        client = counted.client(session.user1)
        assert client.get(at(session)).status_code == 200
        assert counted.requests == ["GET /wingman_session_details"]

    def test_cost_of_a_refusal(self, counted: Counted, wingman: NewWingman) -> None:
        session = wingman()
        client = counted.client(session.stranger)
        assert client.get(at(session)).status_code == 403
        assert counted.requests == [
            "GET /wingman_session_details",
            "GET /rpc/wingman_session_exists",
        ]
