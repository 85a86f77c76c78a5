"""What all sessions with one owner share, for each kind: create, list, read, access."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.keys import user_token
from local.project import Project
from tests.actors import NewUser, Sql, User
from tests.answers import error
from tests.conftest import AsUser, Rest, Serve
from tests.kinds import OWNED, Kind

pytestmark = pytest.mark.parametrize("kind", OWNED, ids=lambda kind: kind.name)


def created(client: httpx.Client, kind: Kind, sql: Sql, owner: User) -> dict[str, Any]:
    answer = client.post(kind.path, json=kind.new(sql, owner))
    assert answer.status_code == 201, answer.text
    session: dict[str, Any] = answer.json()
    return session


class TestCreate:
    def test_anonymous(self, kind: Kind, anonymous: httpx.Client) -> None:
        answer = anonymous.post(kind.path, json={})
        assert error(answer) == (401, "NOT_AUTHENTICATED")
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    def test_valid(self, kind: Kind, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        owner = user()
        answer = as_user(owner).post(kind.path, json=kind.new(sql, owner))
        session = answer.json()
        assert answer.status_code == 201
        assert answer.headers["Location"] == f"{kind.path}/{session['id']}"
        assert session[kind.owner] == str(owner.id)
        stored = sql.execute(
            f"select {kind.owner} from public.{kind.table} where id = %s", [session["id"]]
        ).fetchone()
        assert stored == (owner.id,)

    @pytest.mark.parametrize("column", ["id", "status", "created_at", "message_count", "x"])
    def test_unknown_field(
        self, kind: Kind, column: str, as_user: AsUser, user: NewUser, sql: Sql
    ) -> None:
        owner = user()
        body = {**kind.new(sql, owner), column: str(uuid4())}
        answer = as_user(owner).post(kind.path, json=body)
        assert error(answer) == (422, "VALIDATION_ERROR")
        assert [error["field"] for error in answer.json()["detail"]["errors"]] == [column]

    def test_for_somebody_else(self, kind: Kind, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        owner, victim = user(), user()
        body = {**kind.new(sql, owner), kind.owner: str(victim.id)}
        assert error(as_user(owner).post(kind.path, json=body)) == (422, "VALIDATION_ERROR")

    def test_nothing_given(self, kind: Kind, as_user: AsUser, user: NewUser) -> None:
        answer = as_user(user()).post(kind.path, json={})
        assert error(answer) == (422, "VALIDATION_ERROR")

    @pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b'"x"', b"[" * 50_000])
    def test_not_an_object(self, kind: Kind, body: bytes, as_user: AsUser, user: NewUser) -> None:
        answer = as_user(user()).post(
            kind.path, content=body, headers={"Content-Type": "application/json"}
        )
        assert error(answer) == (422, "VALIDATION_ERROR")

    def test_user_gone(self, kind: Kind, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        owner = user()
        body = kind.new(sql, owner)
        sql.execute("delete from auth.users where id = %s", [owner.id])
        answer = as_user(owner).post(kind.path, json=body)
        assert answer.status_code in (401, 404)  # an interview's posting went with the user
        assert answer.json()["detail"]["code"] in ("NOT_AUTHENTICATED", "JOB_POSTING_NOT_FOUND")


class TestList:
    def test_anonymous(self, kind: Kind, anonymous: httpx.Client) -> None:
        assert error(anonymous.get(kind.path)) == (401, "NOT_AUTHENTICATED")

    def test_empty(self, kind: Kind, as_user: AsUser, user: NewUser) -> None:
        assert as_user(user()).get(kind.path).json() == {
            "items": [],
            "total": 0,
            "limit": 20,
            "offset": 0,
            "next": None,
            "prev": None,
        }

    def test_stranger(self, kind: Kind, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        owner, stranger = user(), user()
        created(as_user(owner), kind, sql, owner)
        assert as_user(stranger).get(kind.path).json()["total"] == 0

    def test_pages(self, kind: Kind, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        owner = user()
        client = as_user(owner)
        ids = [created(client, kind, sql, owner)["id"] for _ in range(5)]
        seen: list[str] = []
        path: str | None = f"{kind.path}?limit=2"
        while path:
            page = client.get(path).json()
            assert page["total"] == 5
            seen += [session["id"] for session in page["items"]]
            path = page["next"]
        assert seen == ids[::-1]  # newest first
        assert page["prev"] == f"{kind.path}?limit=2&offset=2"

    def test_past_the_end(self, kind: Kind, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        owner = user()
        client = as_user(owner)
        created(client, kind, sql, owner)
        page = client.get(kind.path, params={"offset": 1_000_000}).json()
        assert (page["items"], page["total"], page["next"]) == ([], 1, None)
        assert page["prev"] == f"{kind.path}?limit=20&offset=0"

    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=101",
            "limit=x",
            "limit=",
            "offset=-1",
            "offset=1e9",
            "page=2",
            f"offset={2**63}",
            "limit=1&limit=2000",
        ],
    )
    def test_bad_query(self, kind: Kind, query: str, as_user: AsUser, user: NewUser) -> None:
        answer = as_user(user()).get(f"{kind.path}?{query}")
        assert error(answer) == (422, "VALIDATION_ERROR")
        assert answer.json()["detail"]["errors"][0]["field"] == query.split("=")[0]


class TestGet:
    def test_anonymous(self, kind: Kind, anonymous: httpx.Client) -> None:
        assert error(anonymous.get(f"{kind.path}/{uuid4()}")) == (401, "NOT_AUTHENTICATED")

    def test_owner(self, kind: Kind, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        owner = user()
        client = as_user(owner)
        session = created(client, kind, sql, owner)
        answer = client.get(f"{kind.path}/{session['id']}")
        assert (answer.status_code, answer.json()) == (200, session)

    def test_stranger(self, kind: Kind, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        owner = user()
        session = created(as_user(owner), kind, sql, owner)
        answer = as_user(user()).get(f"{kind.path}/{session['id']}")
        assert error(answer) == (403, "NOT_OWNER")

    def test_absent(self, kind: Kind, as_user: AsUser, user: NewUser) -> None:
        answer = as_user(user()).get(f"{kind.path}/{uuid4()}")
        assert error(answer) == (404, "SESSION_NOT_FOUND")

    def test_concealed(
        self, kind: Kind, as_user: AsUser, user: NewUser, sql: Sql, serve: Serve
    ) -> None:
        owner = user()
        session = created(as_user(owner), kind, sql, owner)
        concealing = as_user(user(), serve(CONCEAL_EXISTENCE="true"))
        foreign = concealing.get(f"{kind.path}/{session['id']}")
        absent = concealing.get(f"{kind.path}/{uuid4()}")
        assert error(foreign) == (404, "SESSION_NOT_FOUND")
        assert foreign.content == absent.content

    @pytest.mark.parametrize("session_id", ["1", "not-a-uuid", "%00", "' or 1=1", "eq.x", "null"])
    def test_malformed_id(
        self, kind: Kind, session_id: str, as_user: AsUser, user: NewUser
    ) -> None:
        answer = as_user(user()).get(f"{kind.path}/{session_id}")
        assert error(answer) == (422, "VALIDATION_ERROR")
        assert answer.json()["detail"]["errors"][0]["field"] == "session_id"


class TestDirectly:
    """The same sessions through PostgREST, as a browser reads them."""

    def test_owner_reads(
        self, kind: Kind, as_user: AsUser, user: NewUser, sql: Sql, rest: Rest
    ) -> None:
        owner = user()
        session = created(as_user(owner), kind, sql, owner)
        rows = rest(owner).get(f"/{kind.table}", params={"select": "id"}).json()
        assert rows == [{"id": session["id"]}]

    def test_stranger_reads_nothing(
        self, kind: Kind, as_user: AsUser, user: NewUser, sql: Sql, rest: Rest
    ) -> None:
        owner = user()
        session = created(as_user(owner), kind, sql, owner)
        rows = rest(user()).get(f"/{kind.table}", params={"id": f"eq.{session['id']}"}).json()
        assert rows == []

    def test_anonymous_reads_nothing(self, kind: Kind, rest: Rest) -> None:
        assert rest(None).get(f"/{kind.table}").status_code == 401

    def test_owner_cannot_write(
        self, kind: Kind, as_user: AsUser, user: NewUser, sql: Sql, rest: Rest
    ) -> None:
        owner = user()
        session = created(as_user(owner), kind, sql, owner)
        browser = rest(owner)
        one = {"id": f"eq.{session['id']}"}
        insert = browser.post(f"/{kind.table}", json={kind.owner: str(owner.id)})
        update = browser.patch(f"/{kind.table}", params=one, json={"status": "x"})
        delete = browser.delete(f"/{kind.table}", params=one)
        assert insert.json()["code"] == "42501"
        assert update.json()["code"] in ("42501", "PGRST204")  # chat has no status
        assert delete.json()["code"] == "42501"
        assert as_user(owner).get(f"{kind.path}/{session['id']}").json() == session

    def test_expired_token(
        self, kind: Kind, user: NewUser, stack: Project, anonymous: httpx.Client
    ) -> None:
        token = user_token(user().id, -60, stack.jwt_secret)
        answer = anonymous.get(kind.path, headers={"Authorization": f"Bearer {token}"})
        assert error(answer) == (401, "NOT_AUTHENTICATED")
