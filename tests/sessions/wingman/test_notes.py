import json
from uuid import uuid4

import httpx
import pytest

from tests.actors import NewWingman
from tests.conftest import AsUser
from tests.sessions.wingman.conftest import SESSIONS, Counted, ReadRow, at, code, refused


class TestNotes:
    def test_anonymous(self, anonymous: httpx.Client, wingman: NewWingman) -> None:
        answer = anonymous.patch(at(wingman(), "notes"), json={"notes": "x"})
        assert answer.status_code == 401
        assert code(answer) == "NOT_AUTHENTICATED"

    def test_stranger(self, as_user: AsUser, wingman: NewWingman, row: ReadRow) -> None:
        session = wingman()
        before = row(session.session_id)
        answer = as_user(session.stranger).patch(at(session, "notes"), json={"notes": "x"})
        assert answer.status_code == 403
        assert code(answer) == "NOT_A_PARTICIPANT"
        assert row(session.session_id) == before

    def test_stranger_who_may_not_know(
        self, as_user: AsUser, wingman: NewWingman, concealing: str
    ) -> None:
        session = wingman()
        client = as_user(session.stranger, concealing)
        answer = client.patch(at(session, "notes"), json={"notes": "x"})
        assert answer.status_code == 404
        assert code(answer) == "SESSION_NOT_FOUND"

    def test_missing(self, as_user: AsUser, wingman: NewWingman) -> None:
        client = as_user(wingman().user1)
        answer = client.patch(f"{SESSIONS}/{uuid4()}/notes", json={"notes": "x"})
        assert answer.status_code == 404
        assert code(answer) == "SESSION_NOT_FOUND"

    @pytest.mark.parametrize(
        "status", ["scheduled", "in_progress", "completed", "cancelled", "no_show"]
    )
    def test_valid(self, as_user: AsUser, wingman: NewWingman, row: ReadRow, status: str) -> None:
        session = wingman(status)
        before = row(session.session_id)
        for user in (session.user1, session.user2):
            notes = f"a < b, Tom & Jerry 🎉\nby {user.name}"
            answer = as_user(user).patch(at(session, "notes"), json={"notes": notes})
            assert answer.status_code == 200
            body = answer.json()
            assert body.keys() == {"success", "message", "updated_notes"}
            assert (body["success"], body["updated_notes"]) == (True, notes)
            assert row(session.session_id) == before | {"notes": notes}
            assert as_user(session.user1).get(at(session)).json()["notes"] == notes

    def test_clear(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        client = as_user(session.user1)
        assert client.patch(at(session, "notes"), json={"notes": "x"}).status_code == 200
        answer = client.patch(at(session, "notes"), json={"notes": ""})
        assert answer.status_code == 200
        assert answer.json()["updated_notes"] == ""
        assert client.get(at(session)).json()["notes"] == ""

    @pytest.mark.parametrize(
        ("typed", "stored"),
        [
            ("<script>alert(1)</script>", "alert(1)"),
            ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
            ("1 &lt; 2", "1 < 2"),
        ],
    )
    def test_markup(self, as_user: AsUser, wingman: NewWingman, typed: str, stored: str) -> None:
        session = wingman()
        client = as_user(session.user1)
        answer = client.patch(at(session, "notes"), json={"notes": typed})
        assert answer.json()["updated_notes"] == stored
        again = client.patch(at(session, "notes"), json={"notes": stored})
        assert again.json()["updated_notes"] == stored

    @pytest.mark.parametrize("character", ["x", "é", "🎉", "\n"])
    def test_longest(self, as_user: AsUser, wingman: NewWingman, character: str) -> None:
        session = wingman()
        client = as_user(session.user1)
        notes = "a" + character * 1998 + "z"
        answer = client.patch(at(session, "notes"), json={"notes": notes})
        assert answer.status_code == 200
        assert answer.json()["updated_notes"] == notes
        longer = client.patch(at(session, "notes"), json={"notes": notes + "z"})
        assert refused(longer) == ["notes"]

    def test_length_counts_after_cleaning(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        notes = "<b>" * 400 + "x" * 2000
        answer = as_user(session.user1).patch(at(session, "notes"), json={"notes": notes})
        assert answer.status_code == 200
        assert answer.json()["updated_notes"] == "x" * 2000

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            (b"{}", "notes"),
            (b'{"notes": null}', "notes"),
            (b'{"notes": 1}', "notes"),
            (b'{"notes": ["x"]}', "notes"),
            (b'{"notes": "a\\u0000b"}', "notes"),
            (b'{"notes": "a\\ud800b"}', "body"),
            (b'{"notes": "x", "status": "completed"}', "status"),
            (b'{"notes": "x"', "body"),
            (b"[]", "body"),
            (b"", "body"),
        ],
    )
    def test_malformed(
        self, as_user: AsUser, wingman: NewWingman, row: ReadRow, body: bytes, field: str
    ) -> None:
        session = wingman()
        before = row(session.session_id)
        answer = as_user(session.user1).patch(
            at(session, "notes"), content=body, headers={"Content-Type": "application/json"}
        )
        assert refused(answer) == [field]
        assert row(session.session_id) == before

    def test_as_a_form(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        answer = as_user(session.user1).patch(at(session, "notes"), data={"notes": "x"})
        assert refused(answer) == ["body"]

    @pytest.mark.parametrize("size", [65_537, 300_000, 3_000_000])
    def test_too_large(self, as_user: AsUser, wingman: NewWingman, size: int) -> None:
        session = wingman()
        body = json.dumps({"notes": "x" * (size - 13)}).encode()
        assert len(body) == size
        answer = as_user(session.user1).patch(
            at(session, "notes"), content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 413
        assert code(answer) == "PAYLOAD_TOO_LARGE"

    def test_at_the_limit_of_size(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        body = json.dumps({"notes": "x"}).encode().ljust(65_536)
        answer = as_user(session.user1).patch(
            at(session, "notes"), content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 200

    def test_cost(self, counted: Counted, wingman: NewWingman) -> None:
        session = wingman()
        client = counted.client(session.user1)
        assert client.patch(at(session, "notes"), json={"notes": "x"}).status_code == 200
        assert counted.requests == ["PATCH /wingman_sessions"]
