"""Updating a study session: its fields, and its status along the flow."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.actors import NewUser
from tests.answers import error
from tests.conftest import AsUser
from tests.sessions.study.sessions import PATH, new


class TestUpdate:
    def test_anonymous(self, anonymous: httpx.Client) -> None:
        assert error(anonymous.put(f"{PATH}/{uuid4()}", json={})) == (401, "NOT_AUTHENTICATED")

    def test_stranger(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client)
        answer = as_user(user()).put(f"{PATH}/{session['id']}", json={"title": "Mine"})
        assert error(answer) == (403, "NOT_OWNER")
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
        assert error(answer) == (404, "SESSION_NOT_FOUND")

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
        assert error(answer) == (422, "VALIDATION_ERROR")
        assert [error["field"] for error in answer.json()["detail"]["errors"]] == [field]
        assert client.get(f"{PATH}/{session['id']}").json() == session

    @pytest.mark.parametrize("value", ["x\0y", 10**309])
    def test_bad_value_inside(self, value: Any, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client)
        plan = {"weeks": [{"topic": value}]}
        answer = client.put(f"{PATH}/{session['id']}", json={"draft_plan": plan})
        assert error(answer) == (422, "VALIDATION_ERROR")
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
        assert error(answer) == (400, "INVALID_TRANSITION")
        assert client.get(f"{PATH}/{session['id']}").json() == session

    def test_no_way_back(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session = new(client)
        assert client.put(f"{PATH}/{session['id']}", json={"status": "FAILED"}).status_code == 200
        answer = client.put(f"{PATH}/{session['id']}", json={"status": "UPLOADING"})
        assert error(answer) == (400, "INVALID_TRANSITION")

    def test_at_the_same_time(self, as_user: AsUser, user: NewUser) -> None:
        """Twenty concurrent writers of two statuses: each answer and the final state are legal."""
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
