"""Interview sessions over HTTP: what they have beyond an owner."""

from uuid import uuid4

import httpx
import pytest

from tests.actors import NewUser, Sql
from tests.conftest import AsUser, Rest
from tests.kinds import new_posting

PATH = "/api/v1/interview/sessions"


class TestCreate:
    def test_valid(self, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        owner = user()
        posting_id = str(new_posting(sql, owner))
        answer = as_user(owner).post(PATH, json={"job_posting_id": posting_id})
        session = answer.json()
        assert answer.status_code == 201
        assert session["status"] == "active"
        assert session["current_question_number"] == 0
        assert session["job_posting_id"] == posting_id
        assert session["job_posting"] == {
            "id": posting_id,
            "title": "Backend engineer",
            "company": "Initech",
        }
        assert set(session) == {
            "id",
            "user_id",
            "job_posting_id",
            "status",
            "current_question_number",
            "created_at",
            "updated_at",
            "job_posting",
        }

    def test_missing_and_foreign_posting_alike(
        self, as_user: AsUser, user: NewUser, sql: Sql
    ) -> None:
        client = as_user(user())
        foreign = client.post(PATH, json={"job_posting_id": str(new_posting(sql, user()))})
        missing = client.post(PATH, json={"job_posting_id": str(uuid4())})
        assert foreign.status_code == missing.status_code == 404
        assert foreign.json()["detail"]["code"] == "JOB_POSTING_NOT_FOUND"
        assert foreign.json()["detail"]["field"] == "job_posting_id"
        assert foreign.content == missing.content
        differing = {"date", "x-request-id"}
        assert [it for it in foreign.headers.items() if it[0] not in differing] == [
            it for it in missing.headers.items() if it[0] not in differing
        ]

    @pytest.mark.parametrize("posting_id", [None, "", "x", 1, [], {}, "a" * 1000])
    def test_malformed_posting(self, posting_id: object, as_user: AsUser, user: NewUser) -> None:
        answer = as_user(user()).post(PATH, json={"job_posting_id": posting_id})
        assert answer.status_code == 422
        assert answer.json()["detail"]["errors"][0]["field"] == "job_posting_id"

    def test_many_for_one_posting(self, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        owner = user()
        posting_id = str(new_posting(sql, owner))
        client = as_user(owner)
        ids = {client.post(PATH, json={"job_posting_id": posting_id}).json()["id"] for _ in "ab"}
        assert len(ids) == 2


class TestGet:
    def test_outlives_its_posting(self, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        owner = user()
        posting_id = new_posting(sql, owner)
        client = as_user(owner)
        session = client.post(PATH, json={"job_posting_id": str(posting_id)}).json()
        sql.execute("delete from public.job_postings where id = %s", [posting_id])
        found = client.get(f"{PATH}/{session['id']}").json()
        assert (found["job_posting_id"], found["job_posting"]) == (None, None)


class TestJobPostingsDirectly:
    """Ownership is their only rule, so a browser writes them without the API."""

    def test_owner(self, user: NewUser, rest: Rest, as_user: AsUser) -> None:
        owner = user()
        browser = rest(owner)
        browser.headers["Prefer"] = "return=representation"
        posting = {"user_id": str(owner.id), "title": "Engineer", "company": "Initech"}
        inserted = browser.post("/job_postings", json=posting)
        assert inserted.status_code == 201
        one = {"id": f"eq.{inserted.json()[0]['id']}"}
        updated = browser.patch("/job_postings", params=one, json={"title": "Senior engineer"})
        assert updated.json()[0]["title"] == "Senior engineer"
        session = as_user(owner).post(PATH, json={"job_posting_id": inserted.json()[0]["id"]})
        assert session.json()["job_posting"]["title"] == "Senior engineer"
        assert len(browser.delete("/job_postings", params=one).json()) == 1

    def test_stranger(self, user: NewUser, rest: Rest, sql: Sql) -> None:
        owner, stranger = user(), user()
        one = {"id": f"eq.{new_posting(sql, owner)}"}
        browser = rest(stranger)
        browser.headers["Prefer"] = "return=representation"
        assert browser.get("/job_postings", params=one).json() == []
        assert browser.patch("/job_postings", params=one, json={"title": "x"}).json() == []
        assert browser.delete("/job_postings", params=one).json() == []
        given = browser.post("/job_postings", json={"user_id": str(owner.id), "title": "x"})
        assert given.json()["code"] == "42501"

    def test_cannot_be_given_away(self, user: NewUser, rest: Rest, sql: Sql) -> None:
        owner, victim = user(), user()
        one = {"id": f"eq.{new_posting(sql, owner)}"}
        answer = rest(owner).patch("/job_postings", params=one, json={"user_id": str(victim.id)})
        assert answer.json()["code"] == "42501"

    def test_anonymous(self, rest: Rest) -> None:
        assert rest(None).get("/job_postings").status_code == 401


def test_anonymous_learns_nothing_of_postings(anonymous: httpx.Client) -> None:
    answer = anonymous.post(PATH, json={"job_posting_id": str(uuid4())})
    assert answer.status_code == 401
