"""Renaming and deleting a chat session."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.actors import NewUser, Sql
from tests.answers import error
from tests.conftest import AsUser
from tests.sessions.chat.sessions import PATH, new, with_messages


class TestRename:
    def test_valid(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        path = f"{PATH}/{new(client)}"
        client.post(f"{path}/messages", json={"content": "x"})
        before = client.get(path).json()
        answer = client.patch(path, json={"title": " <b>Tom &amp; Jerry</b> "})
        assert answer.status_code == 200
        # last_updated is the latest message's time
        assert answer.json() == before | {"title": "Tom & Jerry"}
        assert client.get(path).json() == answer.json()

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "title"),
            ({"title": ""}, "title"),
            ({"title": None}, "title"),
            ({"title": "x" * 201}, "title"),
            ({"title": "x", "message_count": 0}, "message_count"),
            ({"title": "x", "user_id": str(uuid4())}, "user_id"),
        ],
    )
    def test_bad_value(
        self, body: dict[str, Any], field: str, as_user: AsUser, user: NewUser
    ) -> None:
        client = as_user(user())
        answer = client.patch(f"{PATH}/{new(client)}", json=body)
        assert error(answer) == (422, "VALIDATION_ERROR")
        assert answer.json()["detail"]["errors"][0]["field"] == field

    def test_stranger(self, as_user: AsUser, user: NewUser) -> None:
        owner = as_user(user())
        path = f"{PATH}/{new(owner)}"
        assert error(as_user(user()).patch(path, json={"title": "x"})) == (403, "NOT_OWNER")
        assert owner.get(path).json()["title"] == "Weekend plans"


class TestDelete:
    def test_takes_the_messages_along(self, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        owner = user()
        client = as_user(owner)
        session_id, other = new(client), new(client)
        with_messages(sql, owner, session_id, 3)
        with_messages(sql, owner, other, 1)
        answer = client.delete(f"{PATH}/{session_id}")
        assert (answer.status_code, answer.content) == (204, b"")
        assert error(client.get(f"{PATH}/{session_id}")) == (404, "SESSION_NOT_FOUND")
        assert error(client.delete(f"{PATH}/{session_id}")) == (404, "SESSION_NOT_FOUND")
        left = sql.execute(
            "select session_id::text from public.chat_messages where user_id = %s", [owner.id]
        ).fetchall()
        assert left == [(other,)]

    def test_stranger(self, as_user: AsUser, user: NewUser) -> None:
        owner = as_user(user())
        path = f"{PATH}/{new(owner)}"
        assert error(as_user(user()).delete(path)) == (403, "NOT_OWNER")
        assert owner.get(path).status_code == 200

    def test_while_messages_come(self, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        """A message is either deleted with its session, or finds no session."""
        owner = user()
        client = as_user(owner)
        for _ in range(5):
            session_id = new(client)
            with ThreadPoolExecutor(4) as threads:
                posts = [
                    threads.submit(
                        as_user(owner).post,
                        f"{PATH}/{session_id}/messages",
                        json={"content": "x"},
                    )
                    for _ in range(3)
                ]
                assert client.delete(f"{PATH}/{session_id}").status_code == 204
            assert {post.result().status_code for post in posts} <= {201, 404}
        assert sql.execute(
            "select count(*) from public.chat_messages where user_id = %s", [owner.id]
        ).fetchone() == (0,)
