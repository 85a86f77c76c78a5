"""The paths that the frontend was published with. They are not in the OpenAPI document."""

from uuid import uuid4

import httpx
import pytest

from tests.actors import NewWingman, Wingman
from tests.answers import code
from tests.conftest import AsUser
from tests.sessions.wingman.conftest import at, refused


def published(session: Wingman, action: str = "") -> str:
    return f"/api/session/{session.session_id}{action}"


class TestPublishedPaths:
    def test_detail(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        client = as_user(session.user1)
        answer = client.get(published(session))
        assert answer.status_code == 200
        assert answer.json() == client.get(at(session)).json()

    def test_confirm(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        answer = as_user(session.user1).post(
            published(session, "/confirm"), json={"buddy_user_id": str(session.user2.id)}
        )
        assert answer.status_code == 200
        assert answer.json()["both_confirmed"] is False
        again = as_user(session.user1).post(published(session, "/confirm"))
        assert code(again) == "ALREADY_CONFIRMED"
        answer = as_user(session.user2).post(published(session, "/confirm"))
        assert answer.json()["session_status"] == "completed"

    def test_notes(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        answer = as_user(session.user1).patch(published(session, "/notes"), json={"notes": "hi"})
        assert answer.status_code == 200
        assert answer.json()["updated_notes"] == "hi"
        answer = as_user(session.user1).patch(published(session, "/notes"), json={"notes": 1})
        assert refused(answer) == ["notes"]

    @pytest.mark.parametrize(
        ("method", "action"), [("GET", ""), ("POST", "/confirm"), ("PATCH", "/notes")]
    )
    def test_refused(
        self,
        as_user: AsUser,
        anonymous: httpx.Client,
        wingman: NewWingman,
        method: str,
        action: str,
    ) -> None:
        session = wingman()
        body = {"notes": "x"} if action == "/notes" else None
        path = published(session, action)
        missing = f"/api/session/{uuid4()}{action}"
        stranger = as_user(session.stranger)
        assert code(anonymous.request(method, path, json=body)) == "NOT_AUTHENTICATED"
        assert code(stranger.request(method, path, json=body)) == "NOT_A_PARTICIPANT"
        assert code(stranger.request(method, missing, json=body)) == "SESSION_NOT_FOUND"
        malformed = stranger.request(method, f"/api/session/1{action}", json=body)
        assert refused(malformed) == ["session_id"]

    def test_only_the_canonical_ones_are_documented(self, anonymous: httpx.Client) -> None:
        paths = anonymous.get("/openapi.json").json()["paths"]
        assert not [path for path in paths if path.startswith("/api/session")]
        assert [path for path in paths if path.startswith("/api/v1/wingman")] == [
            "/api/v1/wingman/sessions",
            "/api/v1/wingman/sessions/{session_id}",
            "/api/v1/wingman/sessions/{session_id}/confirm",
            "/api/v1/wingman/sessions/{session_id}/notes",
            "/api/v1/wingman/sessions/{session_id}/cancel",
            "/api/v1/wingman/sessions/{session_id}/no-show",
        ]
