"""A body can only set the columns that its endpoint is for."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.project import Project
from tests.actors import Sql
from tests.attacks.world import World, columns, new_world, one
from tests.conftest import client
from tests.kinds import OWNED

# Each endpoint with a body: its table, and a body that is all right. {names} are the caller's.
ENDPOINTS: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {
    **{("POST", kind.path): (kind.table, kind.example) for kind in OWNED},
    ("POST", "/api/v1/study/sessions"): ("study_sessions", {"title": "New", "description": "D"}),
    ("PUT", "/api/v1/study/sessions/{study}"): (
        "study_sessions",
        {"title": "New", "description": "D", "status": "PROCESSING", "draft_plan": {"a": 1}},
    ),
    ("POST", "/api/v1/interview/sessions"): ("interview_sessions", {"job_posting_id": "{posting}"}),
    ("PATCH", "/api/v1/chat/sessions/{chat}"): ("chat_sessions", {"title": "New"}),
    ("POST", "/api/v1/chat/sessions/{chat}/messages"): (
        "chat_messages",
        {"content": "New", "role": "user"},
    ),
    ("POST", "/api/v1/wingman/sessions"): (
        "wingman_sessions",
        {
            "match_id": "{match}",
            "venue_name": "New",
            "scheduled_time": "2100-01-01T00:00:00Z",
            "user1_challenge_id": "{challenge1}",
            "user2_challenge_id": "{challenge2}",
        },
    ),
    ("POST", "/api/v1/wingman/sessions/{wingman}/confirm"): (
        "wingman_sessions",
        {"buddy_user_id": "{participant}"},
    ),
    ("PATCH", "/api/v1/wingman/sessions/{wingman}/notes"): ("wingman_sessions", {"notes": "New"}),
}
# a study session may be sent back as it was read: what the API decides is ignored, not refused
IGNORED = {"id", "profile_id", "created_at", "updated_at"}
FORGED: dict[str, Any] = {
    "status": "completed",
    "message_count": 1_000_000,
    "message_order": 1,
    "current_question_number": 99,
    "user1_completed_confirmed_by_user2": True,
    "user2_completed_confirmed_by_user1": True,
    "created_at": "1999-01-01T00:00:00Z",
    "updated_at": "1999-01-01T00:00:00Z",
    "last_updated": "1999-01-01T00:00:00Z",
    "completed_at": "1999-01-01T00:00:00Z",
    "timestamp": "1999-01-01T00:00:00Z",
    "draft_plan": {"forged": True},
}
# fields of no table, which a library on the way might know
STRANGE = ("__proto__", "constructor", "role", "select", "columns", "on_conflict", "$where", "")


@pytest.fixture(scope="module")
def mine(stack: Project, database: Sql) -> World:
    """A world of its own, in which the attackers are its users."""
    return new_world(database, stack.jwt_secret)


@pytest.fixture(scope="module")
def owner(api: str, mine: World) -> Iterator[httpx.Client]:
    with client(api, Authorization=f"Bearer {mine.owner.token}") as browser:
        yield browser


def filled(body: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    return {
        name: value.format(**ids) if isinstance(value, str) else value
        for name, value in body.items()
    }


def test_every_body_is_here(api: str) -> None:
    document = httpx.get(f"{api}/openapi.json").json()
    bodies = {
        (method.upper(), path.rpartition("{")[0])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if "requestBody" in operation
    }
    assert bodies == {(method, path.rpartition("{")[0]) for method, path in ENDPOINTS}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
class TestRefused:
    def test_every_other_column(
        self, owner: httpx.Client, mine: World, sql: Sql, method: str, path: str
    ) -> None:
        table, body = ENDPOINTS[method, path]
        for column in columns(sql, table):
            if column in body or (method == "PUT" and column in IGNORED):
                continue
            forged = FORGED.get(column, str(mine.stranger.id))
            sent = filled(body, mine.ids) | {column: forged}
            answer = owner.request(method, path.format(**mine.ids), json=sent)
            assert answer.status_code == 422
            errors = answer.json()["detail"]["errors"]
            assert [error["field"] for error in errors] == [column]

    def test_what_is_no_column(
        self, owner: httpx.Client, mine: World, method: str, path: str
    ) -> None:
        _, body = ENDPOINTS[method, path]
        for name in STRANGE:
            if name not in body:
                sent = filled(body, mine.ids) | {name: "x"}
                answer = owner.request(method, path.format(**mine.ids), json=sent)
                assert answer.status_code == 422

    def test_other_shapes(self, owner: httpx.Client, mine: World, method: str, path: str) -> None:
        """No list for a bulk insert, no nesting, no value of a similar type."""
        _, body = ENDPOINTS[method, path]
        good = filled(body, mine.ids)
        shapes: list[Any] = [[good], [good, good], [], "text", 1, True, [[]], {"0": good}]
        shapes += [good | {name: [value]} for name, value in good.items()]
        shapes += [
            good | {name: {"eq": value}} for name, value in good.items() if name != "draft_plan"
        ]
        for shape in shapes:
            if method == "PUT" and shape == good | {"draft_plan": [{"a": 1}]}:
                continue  # a plan may be a list
            answer = owner.request(method, path.format(**mine.ids), json=shape)
            assert answer.status_code == 422


class TestIgnored:
    def test_a_session_keeps_its_owner_and_its_times(
        self, owner: httpx.Client, mine: World, sql: Sql
    ) -> None:
        before = mine.row(sql, "study_sessions")
        forged = {
            "id": str(uuid4()),
            "profile_id": str(mine.stranger.id),
            "created_at": FORGED["created_at"],
            "updated_at": FORGED["updated_at"],
        }
        answer = owner.put(f"/api/v1/study/sessions/{mine.ids['study']}", json=forged)
        assert answer.status_code == 200
        assert mine.row(sql, "study_sessions") == before

    def test_an_owner_in_the_address(self, owner: httpx.Client, mine: World, sql: Sql) -> None:
        """Query parameters do not affect what is created."""
        query = f"?user_id={mine.stranger.id}&profile_id={mine.stranger.id}&status=READY"
        query += f"&select=*&columns=profile_id&on_conflict=id&id={uuid4()}"
        created = owner.post(f"/api/v1/study/sessions{query}", json={"title": "Mine"})
        if created.status_code == 201:
            owner_id = one(
                sql,
                "select profile_id from public.study_sessions where id = %s",
                [created.json()["id"]],
            )
            assert owner_id == mine.owner.id
            assert created.json()["status"] == "UPLOADING"

    def test_a_role_in_a_header(self, owner: httpx.Client, mine: World, sql: Sql) -> None:
        headers = {
            "Prefer": "return=minimal,resolution=merge-duplicates,tx=rollback",
            "Content-Profile": "session_api",
            "Accept-Profile": "auth",
            "Role": "postgres",
            "X-HTTP-Method-Override": "DELETE",
            "Range": "0-0",
        }
        created = owner.post("/api/v1/chat/sessions", json={"title": "Mine"}, headers=headers)
        assert created.status_code == 201
        owner_id = one(
            sql, "select user_id from public.chat_sessions where id = %s", [created.json()["id"]]
        )
        assert owner_id == mine.owner.id
