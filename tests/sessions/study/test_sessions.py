"""Study sessions over HTTP: what they have beyond an owner."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.actors import NewUser, Sql
from tests.answers import error
from tests.conftest import AsUser, Rest
from tests.sessions.study.sessions import CHILDREN, PATH, counts, new, with_children

NewSession = Callable[[httpx.Client], dict[str, Any]]


class TestCreate:
    def test_starts_uploading(self, as_user: AsUser, user: NewUser) -> None:
        session = new(as_user(user()), description="Chapters 1 to 3")
        assert session["status"] == "UPLOADING"
        assert session["description"] == "Chapters 1 to 3"
        assert session["draft_plan"] is None
        assert set(session) == {
            "id",
            "profile_id",
            "title",
            "description",
            "status",
            "draft_plan",
            "created_at",
            "updated_at",
        }

    def test_plain_text(self, as_user: AsUser, user: NewUser) -> None:
        session = new(
            as_user(user()), title="<b>Tom & Jerry</b>", description="a < b\n&lt;script&gt;x"
        )
        assert session["title"] == "Tom & Jerry"
        assert session["description"] == "a < b\nx"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", ""),
            ("title", "  "),
            ("title", "<p></p>"),
            ("title", "x" * 201),
            ("title", None),
            ("title", 1),
            ("title", ["x"]),
            ("title", "a\0b"),
            ("description", "x" * 2001),
            ("description", {}),
            ("description", "a\0b"),
        ],
    )
    def test_bad_value(self, field: str, value: Any, as_user: AsUser, user: NewUser) -> None:
        answer = as_user(user()).post(PATH, json={"title": "x", field: value})
        assert error(answer) == (422, "VALIDATION_ERROR")
        assert answer.json()["detail"]["errors"][0]["field"] == field

    def test_lone_surrogate(self, as_user: AsUser, user: NewUser) -> None:
        answer = as_user(user()).post(
            PATH, content=rb'{"title": "\ud800"}', headers={"Content-Type": "application/json"}
        )
        assert error(answer) == (422, "VALIDATION_ERROR")


class TestDelete:
    def test_anonymous(self, anonymous: httpx.Client) -> None:
        assert error(anonymous.delete(f"{PATH}/{uuid4()}")) == (401, "NOT_AUTHENTICATED")

    def test_stranger(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client)
        answer = as_user(user()).delete(f"{PATH}/{session['id']}")
        assert error(answer) == (403, "NOT_OWNER")
        assert client.get(f"{PATH}/{session['id']}").status_code == 200

    def test_absent(self, as_user: AsUser, user: NewUser) -> None:
        assert error(as_user(user()).delete(f"{PATH}/{uuid4()}")) == (404, "SESSION_NOT_FOUND")

    def test_takes_everything_along(self, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        owner = user()
        client = as_user(owner)
        session, other = new(client), new(client)
        for it in (session, other):
            with_children(sql, owner, it["id"])
        answer = client.delete(f"{PATH}/{session['id']}")
        assert (answer.status_code, answer.content) == (204, b"")
        assert error(client.get(f"{PATH}/{session['id']}")) == (404, "SESSION_NOT_FOUND")
        assert counts(sql, owner.id) == dict.fromkeys(CHILDREN, 1)

    def test_twice(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client)
        assert client.delete(f"{PATH}/{session['id']}").status_code == 204
        assert error(client.delete(f"{PATH}/{session['id']}")) == (404, "SESSION_NOT_FOUND")


class TestChildrenDirectly:
    @pytest.mark.parametrize("table", CHILDREN)
    def test_only_the_owner_reads(
        self, table: str, as_user: AsUser, user: NewUser, sql: Sql, rest: Rest
    ) -> None:
        owner = user()
        with_children(sql, owner, new(as_user(owner))["id"])
        assert len(rest(owner).get(f"/{table}").json()) == 1
        assert rest(user()).get(f"/{table}", params={"profile_id": f"eq.{owner.id}"}).json() == []
        assert rest(None).get(f"/{table}").status_code == 401

    @pytest.mark.parametrize("table", CHILDREN)
    def test_nobody_writes(self, table: str, user: NewUser, rest: Rest) -> None:
        owner = user()
        insert = rest(owner).post(f"/{table}", json={"profile_id": str(owner.id)})
        delete = rest(owner).delete(f"/{table}", params={"profile_id": f"eq.{owner.id}"})
        assert insert.json()["code"] == delete.json()["code"] == "42501"
