"""Study sessions over HTTP: what they have beyond an owner."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.actors import NewUser, Sql, User
from tests.conftest import AsUser, Rest

PATH = "/api/v1/study/sessions"
NewSession = Callable[[httpx.Client], dict[str, Any]]

CHILDREN = ["study_documents", "study_chunks", "study_topics", "study_chats", "study_messages"]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["detail"]["code"]


def new(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    answer = client.post(PATH, json={"title": "Linear algebra", **fields})
    assert answer.status_code == 201, answer.text
    session: dict[str, Any] = answer.json()
    return session


def with_children(sql: Sql, owner: User, session_id: str) -> None:
    """One row in each of the tables below a session."""
    document, chat = uuid4(), uuid4()
    for statement, values in (
        (
            "insert into study_documents (id, profile_id, session_id, file_name)"
            " values (%s, %s, %s, 'a.pdf')",
            [document, owner.id, session_id],
        ),
        (
            "insert into study_chunks (profile_id, document_id, chunk_index, content)"
            " values (%s, %s, 0, 'x')",
            [owner.id, document],
        ),
        (
            "insert into study_topics (profile_id, session_id, title) values (%s, %s, 'x')",
            [owner.id, session_id],
        ),
        (
            "insert into study_chats (id, profile_id, session_id) values (%s, %s, %s)",
            [chat, owner.id, session_id],
        ),
        (
            "insert into study_messages (profile_id, chat_id, role, content)"
            " values (%s, %s, 'user', 'x')",
            [owner.id, chat],
        ),
    ):
        sql.execute(statement, values)


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
        assert code(answer) == (422, "VALIDATION_ERROR")
        assert answer.json()["detail"]["errors"][0]["field"] == field

    def test_lone_surrogate(self, as_user: AsUser, user: NewUser) -> None:
        answer = as_user(user()).post(
            PATH, content=rb'{"title": "\ud800"}', headers={"Content-Type": "application/json"}
        )
        assert code(answer) == (422, "VALIDATION_ERROR")


class TestUpdate:
    def test_anonymous(self, anonymous: httpx.Client) -> None:
        assert code(anonymous.put(f"{PATH}/{uuid4()}", json={})) == (401, "NOT_AUTHENTICATED")

    def test_stranger(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client)
        answer = as_user(user()).put(f"{PATH}/{session['id']}", json={"title": "Mine"})
        assert code(answer) == (403, "NOT_OWNER")
        assert client.get(f"{PATH}/{session['id']}").json() == session

    @pytest.mark.parametrize("number", [1e20, 1e308, 1.7976931348623157e308, 2**63, 5e-324, -0.1])
    def test_a_plan_is_taken_back_as_it_was_read(
        self, as_user: AsUser, user: NewUser, number: float
    ) -> None:
        client = as_user(user())
        path = f"{PATH}/{new(client)['id']}"
        first = client.put(path, json={"draft_plan": {"a": number}}).json()
        assert float(first["draft_plan"]["a"]) == number
        again = client.put(path, json=first)
        assert again.status_code == 200
        assert again.json()["draft_plan"] == first["draft_plan"]

    def test_absent(self, as_user: AsUser, user: NewUser) -> None:
        answer = as_user(user()).put(f"{PATH}/{uuid4()}", json={"title": "x"})
        assert code(answer) == (404, "SESSION_NOT_FOUND")

    def test_valid(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client)
        plan = {"weeks": [{"topic": "Vectors", "hours": 1.5, "done": False, "note": None}]}
        answer = client.put(
            f"{PATH}/{session['id']}",
            json={"title": "Algebra", "description": "All", "draft_plan": plan},
        )
        changed = answer.json()
        assert answer.status_code == 200
        assert (changed["title"], changed["description"]) == ("Algebra", "All")
        assert changed["draft_plan"] == plan
        assert changed["status"] == "UPLOADING"
        assert changed["updated_at"] > session["updated_at"]
        assert client.get(f"{PATH}/{session['id']}").json() == changed

    def test_left_out_stays(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client, description="Chapters 1 to 3")
        changed = client.put(f"{PATH}/{session['id']}", json={"title": "Algebra"}).json()
        assert changed["description"] == "Chapters 1 to 3"

    def test_null_clears(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client, description="Chapters 1 to 3")
        changed = client.put(f"{PATH}/{session['id']}", json={"description": None}).json()
        assert changed["description"] is None

    def test_nothing(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client)
        answer = client.put(f"{PATH}/{session['id']}", json={})
        assert (answer.status_code, answer.json()) == (200, session)

    def test_as_it_was_read(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client, description="Chapters 1 to 3")
        answer = client.put(f"{PATH}/{session['id']}", json=session)
        assert answer.status_code == 200
        assert {**answer.json(), "updated_at": session["updated_at"]} == session

    def test_read_only_fields_change_nothing(self, as_user: AsUser, user: NewUser) -> None:
        client, victim = as_user(user()), user()
        session = new(client)
        stolen = {"id": str(uuid4()), "profile_id": str(victim.id), "created_at": "x"}
        changed = client.put(f"{PATH}/{session['id']}", json={**stolen, "title": "x"}).json()
        assert {name: changed[name] for name in stolen} == {name: session[name] for name in stolen}

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", None),
            ("title", ""),
            ("title", 5),
            ("description", 5),
            ("status", None),
            ("status", "ready"),
            ("status", 5),
            ("draft_plan", "text"),
            ("draft_plan", 5),
            ("draft_plan", True),
            ("owner", "x"),
        ],
    )
    def test_bad_value(self, field: str, value: Any, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client)
        answer = client.put(f"{PATH}/{session['id']}", json={field: value})
        assert code(answer) == (422, "VALIDATION_ERROR")
        assert [error["field"] for error in answer.json()["detail"]["errors"]] == [field]
        assert client.get(f"{PATH}/{session['id']}").json() == session

    @pytest.mark.parametrize("value", ["x\0y", 10**309])
    def test_bad_value_inside(self, value: Any, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client)
        plan = {"weeks": [{"topic": value}]}
        answer = client.put(f"{PATH}/{session['id']}", json={"draft_plan": plan})
        assert code(answer) == (422, "VALIDATION_ERROR")
        fields = [error["field"] for error in answer.json()["detail"]["errors"]]
        assert fields == ["draft_plan.weeks.0.topic"]

    def test_too_large(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client)
        for length, expected in (
            (65_536 - 4, 200),
            (65_536 - 3, 422),
            (393_216, 413),
        ):
            answer = client.put(f"{PATH}/{session['id']}", json={"draft_plan": ["x" * length]})
            assert answer.status_code == expected


class TestStatus:
    def test_flow(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client)
        for status in ("PROCESSING", "PLANNING", "READY", "FAILED"):
            answer = client.put(f"{PATH}/{session['id']}", json={"status": status})
            assert (answer.status_code, answer.json()["status"]) == (200, status)

    @pytest.mark.parametrize("status", ["PLANNING", "READY"])
    def test_a_step_left_out(self, status: str, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client)
        answer = client.put(f"{PATH}/{session['id']}", json={"status": status, "title": "x"})
        assert code(answer) == (400, "INVALID_TRANSITION")
        assert client.get(f"{PATH}/{session['id']}").json() == session

    def test_no_way_back(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client)
        assert client.put(f"{PATH}/{session['id']}", json={"status": "FAILED"}).status_code == 200
        answer = client.put(f"{PATH}/{session['id']}", json={"status": "UPLOADING"})
        assert code(answer) == (400, "INVALID_TRANSITION")

    def test_at_the_same_time(self, as_user: AsUser, user: NewUser) -> None:
        """Twenty writers want the next step and the failure: each answer is legal, and so is the
        end."""
        owner = user()
        clients = [as_user(owner) for _ in range(20)]
        path = f"{PATH}/{new(clients[0])['id']}"
        wanted = ["PROCESSING", "FAILED"] * 10
        with ThreadPoolExecutor(20) as pool:
            answers = list(
                pool.map(
                    lambda it: it[0].put(path, json={"status": it[1]}),
                    zip(clients, wanted, strict=True),
                )
            )
        assert {answer.status_code for answer in answers} <= {200, 400}
        failed = [a for a, status in zip(answers, wanted, strict=True) if status == "FAILED"]
        assert {answer.status_code for answer in failed} == {200}
        assert clients[0].get(path).json()["status"] == "FAILED"


class TestDelete:
    def test_anonymous(self, anonymous: httpx.Client) -> None:
        assert code(anonymous.delete(f"{PATH}/{uuid4()}")) == (401, "NOT_AUTHENTICATED")

    def test_stranger(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client)
        answer = as_user(user()).delete(f"{PATH}/{session['id']}")
        assert code(answer) == (403, "NOT_OWNER")
        assert client.get(f"{PATH}/{session['id']}").status_code == 200

    def test_absent(self, as_user: AsUser, user: NewUser) -> None:
        assert code(as_user(user()).delete(f"{PATH}/{uuid4()}")) == (404, "SESSION_NOT_FOUND")

    def test_takes_everything_along(self, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        owner = user()
        client = as_user(owner)
        session, other = new(client), new(client)
        for it in (session, other):
            with_children(sql, owner, it["id"])
        answer = client.delete(f"{PATH}/{session['id']}")
        assert (answer.status_code, answer.content) == (204, b"")
        assert code(client.get(f"{PATH}/{session['id']}")) == (404, "SESSION_NOT_FOUND")
        assert counts(sql, owner.id) == dict.fromkeys(CHILDREN, 1)

    def test_twice(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client)
        assert client.delete(f"{PATH}/{session['id']}").status_code == 204
        assert code(client.delete(f"{PATH}/{session['id']}")) == (404, "SESSION_NOT_FOUND")


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


def counts(sql: Sql, owner_id: UUID) -> dict[str, int]:
    found = {}
    for table in CHILDREN:
        row = sql.execute(
            f"select count(*) from public.{table} where profile_id = %s", [owner_id]
        ).fetchone()
        assert row
        found[table] = row[0]
    return found
