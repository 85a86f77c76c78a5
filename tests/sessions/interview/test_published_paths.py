"""The frontend's own requests, at the paths it was published with."""

from uuid import uuid4

import httpx

from tests.actors import NewUser, Sql
from tests.conftest import AsUser
from tests.kinds import new_posting


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
