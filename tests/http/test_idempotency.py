"""Idempotency-Key: nothing is created twice, whatever is repeated or fails."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.http.idempotency import MOST_KEPT, OnceDatabase
from api.identity.caller import Caller
from local.project import Project
from tests.actors import NewMatch, NewUser, Sql, User
from tests.answers import keyed, same
from tests.conftest import AsUser, Serve
from tests.counting import counting_proxy
from tests.kinds import OWNED, Kind
from tests.scripted import LENGTH, Server, upstream
from tests.sessions.wingman.conftest import plan

STUDY = "/api/v1/study/sessions"


@dataclass
class Creating:
    """A request that creates: who sends it, where, what, and where it can be counted."""

    user: User
    path: str
    body: dict[str, Any]
    other: dict[str, Any]
    table: str
    owner: tuple[str, UUID]


@pytest.fixture(params=[*OWNED, "message", "wingman"], ids=lambda it: getattr(it, "name", it))
def creating(
    request: pytest.FixtureRequest, sql: Sql, user: NewUser, match: NewMatch, as_user: AsUser
) -> Creating:
    if request.param == "wingman":
        pair = match()
        body: dict[str, Any] = plan(pair)
        other: dict[str, Any] = plan(pair, venue_name="Elsewhere")
        path, where = "/api/v1/wingman/sessions", ("match_id", pair.match_id)
        return Creating(pair.user1, path, body, other, "wingman_sessions", where)
    owner = user()
    if request.param == "message":
        chat = as_user(owner).post("/api/v1/chat/sessions", json={"title": "Chat"}).json()["id"]
        path, where = f"/api/v1/chat/sessions/{chat}/messages", ("session_id", UUID(chat))
        return Creating(owner, path, {"content": "a"}, {"content": "b"}, "chat_messages", where)
    kind: Kind = request.param
    body, other = kind.new(sql, owner), kind.another(sql, owner)
    return Creating(owner, kind.path, body, other, kind.table, (kind.owner, owner.id))


@pytest.fixture
def rows(sql: Sql) -> Callable[[Creating], int]:
    def rows(creating: Creating) -> int:
        column, value = creating.owner
        query = f"select count(*) from public.{creating.table} where {column} = %s"
        found = sql.execute(query.encode(), [value]).fetchone()
        assert found is not None
        return int(found[0])

    return rows


Rows = Callable[[Creating], int]


class TestEveryKind:
    def test_again(self, as_user: AsUser, creating: Creating, rows: Rows) -> None:
        client, headers = as_user(creating.user), keyed()
        first = client.post(creating.path, json=creating.body, headers=headers)
        assert first.status_code == 201, first.text
        assert "Idempotency-Replayed" not in first.headers
        for _ in range(3):
            assert same(client.post(creating.path, json=creating.body, headers=headers), first)
        assert rows(creating) == 1

    def test_another_body(self, as_user: AsUser, creating: Creating, rows: Rows) -> None:
        client, headers = as_user(creating.user), keyed()
        client.post(creating.path, json=creating.body, headers=headers)
        answer = client.post(creating.path, json=creating.other, headers=headers)
        assert answer.status_code == 422
        detail = answer.json()["detail"]
        assert detail["code"] == "VALIDATION_ERROR"
        assert [error["field"] for error in detail["errors"]] == ["Idempotency-Key"]
        assert rows(creating) == 1

    def test_user_gone(self, as_user: AsUser, creating: Creating, sql: Sql) -> None:
        sql.execute("delete from auth.users where id = %s", [creating.user.id])
        answer = as_user(creating.user).post(creating.path, json=creating.body, headers=keyed())
        assert answer.status_code == 401
        assert answer.json()["detail"]["code"] == "NOT_AUTHENTICATED"

    def test_at_the_same_time(self, as_user: AsUser, creating: Creating, rows: Rows) -> None:
        headers = keyed()
        clients = [as_user(creating.user) for _ in range(8)]
        with ThreadPoolExecutor(len(clients)) as pool:
            send = lambda it: it.post(creating.path, json=creating.body, headers=headers)  # noqa: E731
            answers = list(pool.map(send, clients))
        assert rows(creating) == 1
        created = [it for it in answers if it.status_code == 201]
        conflicts = [it for it in answers if it.status_code == 409]
        assert len(created) + len(conflicts) == len(answers)
        assert len({it.content for it in created}) == 1
        assert [it.headers.get("Idempotency-Replayed") for it in created].count(None) == 1
        for conflict in conflicts:
            assert conflict.json()["detail"]["code"] == "CONFLICT"
            assert conflict.headers["Retry-After"] == "1"

    def test_after_a_crash_between_the_work_and_the_answer(
        self, as_user: AsUser, creating: Creating, rows: Rows, sql: Sql
    ) -> None:
        client, headers = as_user(creating.user), keyed()
        first = client.post(creating.path, json=creating.body, headers=headers)
        mine = [creating.user.id]
        sql.execute(
            "update public.session_api_idempotency_keys set answer = null where user_id = %s", mine
        )
        busy = client.post(creating.path, json=creating.body, headers=headers)
        assert busy.status_code == 409, "it may still be under way"
        sql.execute(
            "update public.session_api_idempotency_keys set created_at = now() - interval '11 s'"
            " where user_id = %s",
            mine,
        )
        assert same(client.post(creating.path, json=creating.body, headers=headers), first)
        assert same(client.post(creating.path, json=creating.body, headers=headers), first)
        assert rows(creating) == 1

    def test_without_a_key(self, as_user: AsUser, creating: Creating, sql: Sql) -> None:
        assert as_user(creating.user).post(creating.path, json=creating.body).status_code == 201
        kept = "select from public.session_api_idempotency_keys where user_id = %s"
        assert sql.execute(kept, [creating.user.id]).rowcount == 0


class TestKey:
    def create(self, client: httpx.Client, key: str, title: str = "a") -> httpx.Response:
        return client.post(STUDY, json={"title": title}, headers=keyed(key))

    def test_is_the_users_own(self, as_user: AsUser, user: NewUser) -> None:
        ada, ben, key = as_user(user()), as_user(user()), str(uuid4())
        assert self.create(ada, key, "Ada's").status_code == 201
        answer = self.create(ben, key, "Ben's")
        assert answer.status_code == 201
        assert answer.json()["title"] == "Ben's"

    def test_is_of_one_address(self, as_user: AsUser, user: NewUser) -> None:
        client, headers = as_user(user()), keyed()
        assert client.post(STUDY, json={"title": "a"}, headers=headers).status_code == 201
        answer = client.post("/api/v1/chat/sessions", json={"title": "a"}, headers=headers)
        assert answer.status_code == 422

    def test_is_forgotten_after_a_day(self, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        owner, key = user(), str(uuid4())
        first = self.create(as_user(owner), key)
        sql.execute(
            "update public.session_api_idempotency_keys"
            " set created_at = now() - interval '1 day 1 second' where user_id = %s",
            [owner.id],
        )
        again = self.create(as_user(owner), key)
        assert again.status_code == 201
        assert again.json()["id"] != first.json()["id"]
        kept = "select from public.session_api_idempotency_keys where user_id = %s"
        assert sql.execute(kept, [owner.id]).rowcount == 1

    @pytest.mark.parametrize("key", ["a b", "a" * 256, "ä"])
    def test_what_is_none(self, as_user: AsUser, user: NewUser, key: str) -> None:
        headers = {b"Idempotency-Key": key.encode()}
        answer = as_user(user()).post(STUDY, json={"title": "a"}, headers=headers)
        assert answer.status_code == 422
        errors = answer.json()["detail"]["errors"]
        assert [error["field"].lower() for error in errors] == ["idempotency-key"]

    def test_two_of_them(self, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        """A proxy in front of the API may have read the other one."""
        owner, key = user(), str(uuid4())
        for pair in ((key, str(uuid4())), (key, key), (key, "")):
            headers = [("Idempotency-Key", value) for value in pair]
            answer = as_user(owner).post(STUDY, json={"title": "a"}, headers=headers)
            assert answer.status_code == 422
            errors = answer.json()["detail"]["errors"]
            assert [error["field"] for error in errors] == ["Idempotency-Key"]
        created = "select from public.study_sessions where profile_id = %s"
        assert sql.execute(created, [owner.id]).rowcount == 0

    def test_what_created_nothing_claims_nothing(self, as_user: AsUser, user: NewUser) -> None:
        client, key = as_user(user()), str(uuid4())
        assert self.create(client, key, "").status_code == 422
        posting = client.post(
            "/api/v1/interview/sessions",
            json={"job_posting_id": str(uuid4())},
            headers=keyed(key),
        )
        assert posting.status_code == 404
        assert self.create(client, key, "now right").status_code == 201


class TestKeep:
    def test_a_key_that_nobody_has_claimed(self, caplog: pytest.LogCaptureFixture) -> None:
        """Without its trigger a table would create duplicates: the log says so."""

        async def keep() -> None:
            async with upstream(Server([LENGTH])) as postgrest:
                database = postgrest.as_caller(Caller(uuid4()))
                once = OnceDatabase(database, "a" * 64, "b" * 64)
                await once.keep({"status": 201, "location": None, "body": "{}"})

        asyncio.run(keep())
        assert "lacks its trigger claim_idempotency_key" in caplog.text


class TestCost:
    def test_a_long_answer_is_noted_once(
        self, stack: Project, backend: str, serve: Serve, as_user: AsUser, user: NewUser
    ) -> None:
        session = {"title": "a", "description": "d" * MOST_KEPT}
        with counting_proxy(stack, backend) as proxy:
            client, headers = as_user(user(), serve(**proxy.settings)), keyed()
            client.post(STUDY, json=session, headers=headers)
            proxy.requests.clear()
            client.post(STUDY, json=session, headers=headers)
            assert not [it for it in proxy.requests if it.startswith("PATCH")]

    def test_one_more_request_to_keep_the_answer(
        self, stack: Project, backend: str, serve: Serve, as_user: AsUser, user: NewUser
    ) -> None:
        with counting_proxy(stack, backend) as proxy:
            client, headers = as_user(user(), serve(**proxy.settings)), keyed()
            costs = []
            for sent in ({}, headers, headers):
                proxy.requests.clear()
                client.post(STUDY, json={"title": "a"}, headers=sent)
                costs.append(list(proxy.requests))
        assert costs == [
            ["POST /study_sessions"],
            ["POST /study_sessions", "PATCH /session_api_idempotency_keys"],
            # the last sees whether what was created is still there
            [
                "POST /study_sessions",
                "GET /session_api_idempotency_keys",
                "GET /study_sessions",
            ],
        ]
