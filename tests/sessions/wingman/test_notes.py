import json
from uuid import uuid4

import httpx
import pytest

from tests.actors import NewWingman, Sql, Wingman
from tests.answers import code
from tests.conftest import AsUser
from tests.sessions.wingman.conftest import (
    NOTES,
    READ,
    SESSIONS,
    Counted,
    ReadRow,
    at,
    decline,
    put_off,
    refused,
)


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

    @pytest.mark.parametrize("size", [393_217, 500_000, 3_000_000])
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
        body = json.dumps({"notes": "x"}).encode().ljust(393_216)
        answer = as_user(session.user1).patch(
            at(session, "notes"), content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 200

    def test_declined_match(
        self, as_user: AsUser, wingman: NewWingman, row: ReadRow, sql: Sql
    ) -> None:
        session = wingman()
        decline(sql, session)
        before = row(session.session_id)
        for headers in ({}, {"If-Match": "*"}, {"If-Match": '"stale"'}):
            answer = as_user(session.user1).patch(
                at(session, "notes"), json={"notes": "x"}, headers=headers
            )
            assert answer.status_code == 400
            assert code(answer) == "MATCH_NOT_ACCEPTED"
        assert row(session.session_id) == before

    def test_cost(self, counted: Counted, wingman: NewWingman) -> None:
        session = wingman()
        client = counted.client(session.user1)
        for headers in ({}, {"If-Match": "*"}):
            counted.requests.clear()
            answer = client.patch(at(session, "notes"), json={"notes": "x"}, headers=headers)
            assert answer.status_code == 200
            assert counted.requests == [NOTES]


class TestIfMatch:
    def test_two_editors(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        first, second = as_user(session.user1), as_user(session.user2)
        read = [client.get(at(session)).headers["ETag"] for client in (first, second)]
        assert read[0] != read[1]  # `you` differs
        saved = save(first, session, "By the first", read[0])
        assert saved.status_code == 200
        refused = save(second, session, "By the second", read[1])
        assert refused.status_code == 412
        assert code(refused) == "PRECONDITION_FAILED"
        current = second.get(at(session))
        assert current.json()["notes"] == "By the first"
        again = save(second, session, "By both", current.headers["ETag"])
        assert again.status_code == 200
        assert first.get(at(session)).json()["notes"] == "By both"

    def test_tag_of_the_answer_is_the_session_s(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        client = as_user(session.user1)
        for notes in ("One", "Two", ""):
            saved = client.patch(at(session, "notes"), json={"notes": notes})
            tag = saved.headers["ETag"]
            assert client.get(at(session)).headers["ETag"] == tag
            assert client.get(at(session), headers={"If-None-Match": tag}).status_code == 304
        # so that an editor saves again and again without reading
        for notes in ("Three", "Four"):
            saved = save(client, session, notes, saved.headers["ETag"])
            assert saved.status_code == 200

    def test_of_the_same_notes(self, as_user: AsUser, wingman: NewWingman) -> None:
        """No conflict if the row again equals what was read, or if the request is a repeat."""
        session = wingman()
        client = as_user(session.user1)
        tag = client.patch(at(session, "notes"), json={"notes": "x"}).headers["ETag"]
        for _ in range(2):
            assert save(client, session, "x", tag).status_code == 200

    def test_somebody_confirmed(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        client = as_user(session.user1)
        tag = client.get(at(session)).headers["ETag"]
        assert as_user(session.user2).post(at(session, "confirm")).status_code == 200
        assert save(client, session, "x", tag).status_code == 412

    def test_time_passes_and_people_are_renamed(
        self, as_user: AsUser, wingman: NewWingman, sql: Sql
    ) -> None:
        """The page shows something else; an editor's work is not refused for it."""
        session = wingman(due=False)
        client = as_user(session.user1)
        tag = client.get(at(session)).headers["ETag"]
        put_off(sql, session, "-1 second")
        condition = {"If-None-Match": tag}
        due = client.get(at(session), headers=condition)
        assert (due.status_code, due.json()["due"]) == (200, True)
        sql.execute(
            "update public.user_profiles set first_name = 'Zoe' where id = %s", [session.user2.id]
        )
        renamed = client.get(at(session), headers={"If-None-Match": due.headers["ETag"]})
        assert (renamed.status_code, renamed.json()["due"]) == (200, True)
        assert save(client, session, "x", tag).status_code == 200

    def test_conditions(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        client = as_user(session.user1)
        tag = client.get(at(session)).headers["ETag"]
        for condition in (f"W/{tag}", '"x"', tag.strip('"'), "", f"*, {tag}x", "\xe9"):
            assert save(client, session, "x", condition).status_code == 412, condition
        assert client.get(at(session)).headers["ETag"] == tag
        tag = save(client, session, "x", "*").headers["ETag"]
        for condition in (tag, f'"x", {tag}', f'{tag} , W/"y"'):
            assert save(client, session, "x", condition).status_code == 200, condition

    def test_opens_nothing(self, as_user: AsUser, wingman: NewWingman, row: ReadRow) -> None:
        session = wingman()
        before = row(session.session_id)
        tag = as_user(session.user1).get(at(session)).headers["ETag"]
        for condition in ("*", tag, '"x"'):
            answer = save(as_user(session.stranger), session, "x", condition)
            assert answer.status_code == 403
            assert "ETag" not in answer.headers
        assert row(session.session_id) == before

    def test_cost_of_a_stale_tag(self, counted: Counted, wingman: NewWingman) -> None:
        session = wingman()
        client = counted.client(session.user1)
        assert save(client, session, "x", '"x"').status_code == 412
        assert counted.requests == [NOTES, READ]


def save(client: httpx.Client, session: Wingman, notes: str, tag: str) -> httpx.Response:
    headers = [(b"If-Match", tag.encode("latin-1"))]
    return client.patch(at(session, "notes"), json={"notes": notes}, headers=headers)
