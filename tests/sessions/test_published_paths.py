"""The frontends' own requests, at the paths they were published with; wingman's are in wingman/."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.actors import NewUser, Sql
from tests.conftest import AsUser, Serve
from tests.kinds import new_posting


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["detail"]["code"]


class TestStudy:
    """Study: the root path, with its four operations."""

    def test_its_requests(self, as_user: AsUser, user: NewUser, anonymous: httpx.Client) -> None:
        owner, client = (it := user()), as_user(it)
        created = client.post("/sessions", json={"title": "Biology", "description": "Cells"})
        session = created.json()
        assert created.status_code == 201
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
        assert (session["status"], session["profile_id"]) == ("UPLOADING", str(owner.id))
        without_description = client.post("/sessions", json={"title": "Chemistry"}).json()

        listed = client.get("/sessions").json()["items"]
        assert [it["id"] for it in listed] == [without_description["id"], session["id"]]

        assert client.get(f"/sessions/{session['id']}").json() == session
        stranger = as_user(user())
        assert code(stranger.get(f"/sessions/{session['id']}")) == (403, "NOT_OWNER")
        assert code(stranger.delete(f"/sessions/{session['id']}")) == (403, "NOT_OWNER")
        assert code(client.get(f"/sessions/{uuid4()}")) == (404, "SESSION_NOT_FOUND")
        assert anonymous.get("/sessions").status_code == 401
        assert client.delete(f"/sessions/{session['id']}").status_code == 204
        assert client.get(f"/sessions/{session['id']}").status_code == 404


class TestCrud:
    """Generic CRUD: /api/sessions, with PUT."""

    def test_its_requests(self, as_user: AsUser, user: NewUser, anonymous: httpx.Client) -> None:
        client, stranger = as_user(user()), as_user(user())
        created = client.post("/api/sessions", json={"title": "Biology"})
        assert created.status_code == 201
        path = f"/api/sessions/{created.json()['id']}"
        assert client.get("/api/sessions").json()["items"] == [created.json()]
        assert client.get(path).json() == created.json()
        updated = client.put(path, json={**created.json(), "title": "Botany"})
        assert (updated.status_code, updated.json()["title"]) == (200, "Botany")
        for method in ("GET", "PUT", "DELETE"):
            body = {"json": {"title": "x"}} if method == "PUT" else {}
            foreign = stranger.request(method, path, **body)  # type: ignore[arg-type]
            missing = client.request(method, f"/api/sessions/{uuid4()}", **body)  # type: ignore[arg-type]
            nobody = anonymous.request(method, path, **body)  # type: ignore[arg-type]
            assert code(foreign) == (403, "NOT_OWNER")
            assert code(missing) == (404, "SESSION_NOT_FOUND")
            assert code(nobody) == (401, "NOT_AUTHENTICATED")
        assert client.post("/api/sessions", json={}).status_code == 422
        assert client.delete(path).status_code == 204


class TestInterview:
    """Interview: POST /api/v1/sessions."""

    def test_its_requests(
        self, as_user: AsUser, user: NewUser, sql: Sql, anonymous: httpx.Client
    ) -> None:
        owner, client = (it := user()), as_user(it)
        body = {"job_posting_id": str(new_posting(sql, owner))}
        created = client.post("/api/v1/sessions", json=body)
        session = created.json()
        assert created.status_code == 201
        assert session["status"] == "active"
        assert session["current_question_number"] == 0
        assert session["job_posting_id"] == body["job_posting_id"]
        assert set(session["job_posting"]) == {"id", "title", "company"}
        assert {"id", "user_id", "created_at", "updated_at"} < set(session)

        fake = client.post("/api/v1/sessions", json={"job_posting_id": str(uuid4())})
        assert fake.status_code == 404
        assert "JOB_POSTING_NOT_FOUND" in fake.json()["detail"]["code"]
        foreign = as_user(user()).post("/api/v1/sessions", json=body)
        assert (foreign.status_code, foreign.content) == (404, fake.content)
        assert anonymous.post("/api/v1/sessions", json=body).status_code == 401
        assert client.post("/api/v1/sessions", json={}).status_code == 422
        assert client.get("/api/v1/sessions").json()["items"] == [session]
        assert client.get(f"/api/v1/sessions/{session['id']}").json() == session


class TestChat:
    """Chat: the root path with `ROOT_SESSIONS=chat`, and its messages."""

    def test_its_requests(
        self, as_user: AsUser, user: NewUser, serve: Serve, anonymous: httpx.Client
    ) -> None:
        api = serve(ROOT_SESSIONS="chat")
        owner, stranger = as_user(user(), api), as_user(user(), api)
        created = owner.post("/sessions", json={"title": "Weekend plans"})
        session = created.json()
        assert created.status_code == 201
        path = f"/sessions/{session['id']}"
        assert owner.get(path).json() == session
        assert code(stranger.get(path)) == (403, "NOT_OWNER")
        assert code(owner.get(f"/sessions/{uuid4()}")) == (404, "SESSION_NOT_FOUND")
        assert owner.get("/sessions/not-an-id").status_code == 422
        assert httpx.get(f"{api}/sessions").status_code == 401
        for sort_by in ("created_at", "last_updated"):
            query: dict[str, Any] = {"sort_by": sort_by, "limit": 10, "offset": 0}
            assert owner.get("/sessions", params=query).json()["total"] == 1

        for text in "abc":
            assert owner.post(f"{path}/messages", json={"content": text}).status_code == 201
        for sort_by in ("timestamp", "message_order"):
            for order, expected in (("asc", [1, 2]), ("desc", [3, 2])):
                query = {"sort_by": sort_by, "sort_order": order, "limit": 2, "offset": 0}
                page = owner.get(f"{path}/messages", params=query).json()
                assert [message["message_order"] for message in page["items"]] == expected
                assert page["total"] == 3
                assert page["prev"] is None
                assert page["next"].startswith(f"{path}/messages?")
        assert code(stranger.get(f"{path}/messages")) == (403, "NOT_OWNER")


@pytest.mark.parametrize("path", ["/sessions", "/api/sessions", "/api/v1/sessions", "/api/session"])
def test_not_documented(path: str, anonymous: httpx.Client) -> None:
    documented = anonymous.get("/openapi.json").json()["paths"]
    assert not [it for it in documented if it.startswith(path)]
    assert [it for it in documented if it.startswith("/api/v1/study/sessions")]
