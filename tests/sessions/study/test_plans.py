"""A plan's size is bounded as it is stored, so that it can be sent back as it was read."""

import json

import pytest
from pydantic import JsonValue, TypeAdapter, ValidationError

from api.sessions.study.plans import MOST_BYTES, MOST_VALUES, DraftPlan, measure
from tests.actors import NewUser
from tests.conftest import AsUser

PLANS = "/api/v1/study/sessions"
ADAPTER: TypeAdapter[JsonValue] = TypeAdapter(DraftPlan)


@pytest.mark.parametrize(
    ("plan", "size"),
    [
        ({}, 2),
        ([1, 22], 6),
        ([1e308], 311),
        ([1e-7], 11),
        ({"a": [1e20]}, 29),
    ],
)
def test_numbers_are_written_out(plan: JsonValue, size: int) -> None:
    assert measure(plan)[0] == size


@pytest.mark.parametrize("plan", [[1e308] * 220, ["x" * MOST_BYTES], [0.5] * 16_400])
def test_too_large(plan: JsonValue) -> None:
    with pytest.raises(ValidationError, match="at most"):
        ADAPTER.validate_python(plan)


@pytest.mark.parametrize(
    "plan",
    [
        [0] * MOST_VALUES,
        [[] for _ in range(MOST_VALUES)],
        [[[0]] * (MOST_VALUES // 2)],
        {f"{number}": None for number in range(MOST_VALUES)},
    ],
)
def test_too_many_parts(plan: JsonValue) -> None:
    """Serialising a list takes time on the event loop for each part of the sessions' plans."""
    with pytest.raises(ValidationError, match=f"at most {MOST_VALUES} texts"):
        ADAPTER.validate_python(plan)


def test_as_many_parts_as_are_allowed() -> None:
    assert measure(ADAPTER.validate_python([0] * (MOST_VALUES - 1)))[1] == MOST_VALUES


def test_what_was_read_can_be_sent_back(as_user: AsUser, user: NewUser) -> None:
    client = as_user(user())
    path = client.post(
        PLANS, json={"title": "😀" * 200, "description": "\U0001f600" * 2_000}
    ).headers["Location"]
    room = MOST_BYTES - measure(["", *[1e308] * 100])[0]
    answer = client.put(path, json={"draft_plan": ["x" * room, *[1e308] * 100]})
    assert answer.status_code == 200, answer.text
    read = client.get(path)
    assert len(read.content) < 2 * MOST_BYTES
    again = client.put(path, content=read.content, headers={"Content-Type": "application/json"})
    assert again.status_code == 200, again.text
    assert again.json()["draft_plan"] == read.json()["draft_plan"]


@pytest.mark.parametrize("plan", [[1e308] * 10_800, [[] for _ in range(20_000)]])
def test_what_was_half_a_megabyte(as_user: AsUser, user: NewUser, plan: JsonValue) -> None:
    client = as_user(user())
    path = client.post(PLANS, json={"title": "a"}).headers["Location"]
    body = json.dumps({"draft_plan": plan}, separators=(",", ":")).replace("e+", "e")
    answer = client.put(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (413, 422)
    assert client.get(path).json()["draft_plan"] is None
