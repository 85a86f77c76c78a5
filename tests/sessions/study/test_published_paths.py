"""The frontend's own requests, at the paths it was published with."""

from uuid import uuid4

import httpx

from tests.actors import NewUser
from tests.answers import error
from tests.conftest import AsUser


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
        assert error(stranger.get(f"/sessions/{session['id']}")) == (403, "NOT_OWNER")
        assert error(stranger.delete(f"/sessions/{session['id']}")) == (403, "NOT_OWNER")
        assert error(client.get(f"/sessions/{uuid4()}")) == (404, "SESSION_NOT_FOUND")
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
            assert error(foreign) == (403, "NOT_OWNER")
            assert error(missing) == (404, "SESSION_NOT_FOUND")
            assert error(nobody) == (401, "NOT_AUTHENTICATED")
        assert client.post("/api/sessions", json={}).status_code == 422
        assert client.delete(path).status_code == 204
