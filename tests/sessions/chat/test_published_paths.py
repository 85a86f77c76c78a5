"""The frontend's own requests, at the paths it was published with."""

from typing import Any
from uuid import uuid4

import httpx

from tests.actors import NewUser
from tests.answers import error
from tests.conftest import AsUser, Serve


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
        assert error(stranger.get(path)) == (403, "NOT_OWNER")
        assert error(owner.get(f"/sessions/{uuid4()}")) == (404, "SESSION_NOT_FOUND")
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
        assert error(stranger.get(f"{path}/messages")) == (403, "NOT_OWNER")
