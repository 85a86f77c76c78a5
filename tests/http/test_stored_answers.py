"""How much of the first answer an Idempotency-Key keeps, for how long, and who can read it."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.http.idempotency import GONE, MOST_KEPT
from tests.actors import NewMatch, NewUser, Sql
from tests.answers import keyed, same
from tests.conftest import AsUser
from tests.sessions.wingman.conftest import plan

STUDY = "/api/v1/study/sessions"


def create(client: httpx.Client, key: str, title: str = "a") -> httpx.Response:
    return client.post(STUDY, json={"title": title}, headers=keyed(key))


class TestStoredAnswer:
    def test_the_first_answer_and_not_the_present_state(
        self, as_user: AsUser, user: NewUser
    ) -> None:
        client, key = as_user(user()), str(uuid4())
        first = create(client, key)
        path = first.headers["Location"]
        client.put(path, json={"title": "renamed"})
        assert same(create(client, key), first)

    def test_an_answer_goes_with_its_session(
        self, as_user: AsUser, user: NewUser, sql: Sql
    ) -> None:
        owner, key = user(), str(uuid4())
        client = as_user(owner)
        client.delete(create(client, key, "to be erased").headers["Location"])
        kept = sql.execute(
            "select answer from public.session_api_idempotency_keys where user_id = %s", [owner.id]
        ).fetchall()
        assert kept == [({},)]
        again = create(client, key, "to be erased")
        assert again.status_code == 409
        assert again.json()["detail"]["message"] == GONE
        assert "to be erased" not in again.text

    def test_a_name_goes_with_its_account(self, as_user: AsUser, match: NewMatch, sql: Sql) -> None:
        """The remaining user's stored answer contains the deleted user's name."""
        pair, key = match(), str(uuid4())
        client = as_user(pair.user1)
        first = client.post("/api/v1/wingman/sessions", json=plan(pair), headers=keyed(key))
        name = first.json()["participants"]["user2"]["name"]
        kept = "select answer::text from public.session_api_idempotency_keys where user_id = %s"
        ((stored,),) = sql.execute(kept, [pair.user1.id]).fetchall()
        assert name in stored
        sql.execute("delete from auth.users where id = %s", [pair.user2.id])
        assert sql.execute(kept, [pair.user1.id]).fetchall() == [("{}",)]
        again = client.post("/api/v1/wingman/sessions", json=plan(pair), headers=keyed(key))
        assert (again.status_code, again.json()["detail"]["code"]) in (
            (409, "CONFLICT"),
            (404, "MATCH_NOT_FOUND"),
        )
        assert name not in again.text

    def test_goes_with_the_right_to_see_the_session(
        self, as_user: AsUser, match: NewMatch, user: NewUser, sql: Sql
    ) -> None:
        """The project has replaced the caller in the match by another user."""
        pair, key = match(), keyed()
        client = as_user(pair.user1)
        first = client.post("/api/v1/wingman/sessions", json=plan(pair), headers=key)
        assert first.status_code == 201
        sql.execute(
            "update public.wingman_matches set user1_id = %s where id = %s",
            [user().id, pair.match_id],
        )
        kept = "select answer from public.session_api_idempotency_keys where user_id = %s"
        again = client.post("/api/v1/wingman/sessions", json=plan(pair), headers=key)
        assert again.status_code in (404, 409)
        assert sql.execute(kept, [pair.user1.id]).fetchall() == [(None,)]

    def test_a_long_answer_is_made_from_the_row(
        self, as_user: AsUser, user: NewUser, sql: Sql
    ) -> None:
        """Its text is stored once, in the row."""
        owner, key = user(), str(uuid4())
        client = as_user(owner)
        chat = client.post("/api/v1/chat/sessions", json={"title": "Chat"}).json()["id"]
        path, body = f"/api/v1/chat/sessions/{chat}/messages", {"content": "long" * 8_000}
        first = client.post(path, json=body, headers=keyed(key))
        assert first.status_code == 201
        kept = "select answer from public.session_api_idempotency_keys where user_id = %s"
        for _ in range(2):
            found = sql.execute(kept, [owner.id]).fetchall()
            assert found == [({"status": 201, "location": None, "body": None},)]
            assert same(client.post(path, json=body, headers=keyed(key)), first)
        client.delete(f"/api/v1/chat/sessions/{chat}")
        gone = client.post(path, json=body, headers=keyed(key))
        assert (gone.status_code, gone.json()["detail"]["code"]) == (409, "CONFLICT")
        assert sql.execute(kept, [owner.id]).fetchall() == [({},)]

    @pytest.mark.parametrize("extra", [0, 1])
    def test_how_long_a_stored_answer_may_be(
        self, as_user: AsUser, user: NewUser, sql: Sql, extra: int
    ) -> None:
        owner = user()
        client = as_user(owner)
        chat = client.post("/api/v1/chat/sessions", json={"title": "Chat"}).json()["id"]
        path = f"/api/v1/chat/sessions/{chat}/messages"
        short = client.post(path, json={"content": "m"})
        content = "m" * (MOST_KEPT - len(short.content) + 1 + extra)
        first = client.post(path, json={"content": content}, headers=keyed())
        assert len(first.content) == MOST_KEPT + extra
        body = "select answer ->> 'body' from public.session_api_idempotency_keys"
        found = sql.execute(f"{body} where user_id = '{owner.id}'".encode()).fetchall()
        assert found == [(None if extra else first.text,)]

    def test_a_long_answer_that_has_changed(self, as_user: AsUser, user: NewUser) -> None:
        """It is the session as it is now: its first state is not kept."""
        client, key = as_user(user()), keyed()
        session = {"title": "a", "description": "章" * 2_000}
        first = client.post(STUDY, json=session, headers=key)
        assert client.put(first.headers["Location"], json={"title": "b"}).status_code == 200
        again = client.post(STUDY, json=session, headers=key)
        assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
        assert again.headers["Location"] == first.headers["Location"]
        assert again.json()["title"] == "b"

    def test_what_a_dead_request_has_created_is_gone(
        self, as_user: AsUser, user: NewUser, sql: Sql
    ) -> None:
        owner, key = user(), str(uuid4())
        client = as_user(owner)
        client.delete(create(client, key).headers["Location"])
        sql.execute(
            "update public.session_api_idempotency_keys set answer = null,"
            " created_at = now() - interval '11 s' where user_id = %s",
            [owner.id],
        )
        assert create(client, key).status_code == 409

    def test_is_not_readable_by_the_browser(
        self, as_user: AsUser, user: NewUser, rest: Any
    ) -> None:
        owner = user()
        create(as_user(owner), str(uuid4()))
        assert rest(owner).get("/session_api_idempotency_keys").status_code == 403
