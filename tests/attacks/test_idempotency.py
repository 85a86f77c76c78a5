"""Another user's Idempotency-Key never returns that user's answers."""

from uuid import uuid4

import httpx
import pytest

from tests.actors import NewUser, NewWingman, Sql, User
from tests.attacks.thief import postgrest_code
from tests.attacks.world import one
from tests.conftest import AsUser, Rest
from tests.kinds import OWNED

REQUESTS = (
    *((kind.path, kind.example) for kind in OWNED if kind.name != "interview"),
    ("/sessions", {"title": "Secret"}),
)


@pytest.mark.parametrize(("path", "body"), REQUESTS)
def test_the_same_request_with_the_same_key(
    as_user: AsUser, user: NewUser, path: str, body: dict[str, str]
) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first = as_user(user()).post(path, json=body, headers=key)
    thief = user()
    second = as_user(thief).post(path, json=body, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] not in second.text
    assert str(thief.id) in second.text


def test_a_message_to_anothers_chat(as_user: AsUser, user: NewUser, sql: Sql) -> None:
    owner, thief = as_user(user()), as_user(user())
    chat = owner.post("/api/v1/chat/sessions", json={"title": "Secret"}).json()["id"]
    path, key = f"/api/v1/chat/sessions/{chat}/messages", {"Idempotency-Key": str(uuid4())}
    assert owner.post(path, json={"content": "Secret"}, headers=key).status_code == 201
    for _ in range(2):
        answer = thief.post(path, json={"content": "Secret"}, headers=key)
        assert answer.json()["detail"]["code"] == "NOT_OWNER"
    messages = "select count(*) from public.chat_messages where session_id = %s"
    assert one(sql, messages, [chat]) == 1


def test_what_was_refused_leaves_nothing(as_user: AsUser, user: NewUser, sql: Sql) -> None:
    thief = user()
    for _ in range(2):
        answer = as_user(thief).post(
            "/api/v1/interview/sessions",
            json={"job_posting_id": str(uuid4())},
            headers={"Idempotency-Key": "again"},
        )
        assert answer.json()["detail"]["code"] == "JOB_POSTING_NOT_FOUND"
    keys = "select count(*) from public.session_api_idempotency_keys where user_id = %s"
    assert one(sql, keys, [thief.id]) == 0


def test_kept_answers_are_for_their_user(
    as_user: AsUser, user: NewUser, rest: Rest, wingman: NewWingman
) -> None:
    """Not for the match partner, not for a browser, and not for the API acting for another."""
    owner: User = wingman().user1
    as_user(owner).post(
        "/api/v1/study/sessions", json={"title": "S"}, headers={"Idempotency-Key": "mine"}
    )
    path = "/session_api_idempotency_keys?select=key,answer"
    assert len(rest(owner, role="session_api").get(path).json()) == 1
    assert rest(user(), role="session_api").get(path).json() == []
    for role in ("authenticated", "anon", "service_role"):
        assert postgrest_code(rest(owner, role=role).get(path)) == "42501"


@pytest.mark.parametrize(
    "key",
    ["", "a b", "a\tb", "ä", "k" * 256, "'; drop table public.chat_sessions; --"],
)
def test_odd_keys(as_user: AsUser, user: NewUser, key: str) -> None:
    """They are refused, or hashed like all others."""
    answer = as_user(user()).post(
        "/api/v1/study/sessions",
        json={"title": "S"},
        headers=httpx.Headers([("Idempotency-Key", key)], encoding="latin-1"),
    )
    assert answer.status_code in (201, 422)
