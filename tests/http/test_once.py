"""What the API makes of each state in which it finds an Idempotency-Key, and what it then keeps.

The states come from a server that answers as it is told; `test_idempotency.py` brings them about.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from api.database.query import Shape, parameter, table
from api.database.refusals import ConstraintError
from api.errors import ApiError
from api.http.idempotency import (
    IN_PROGRESS,
    MOST_KEPT,
    ONCE,
    OWNER,
    TAKEN,
    OnceDatabase,
    ReplayedError,
    keep_answer,
)
from api.http.responder import Reply
from api.identity.caller import Caller
from api.observability import exchange
from tests.identity.door import USER
from tests.scripted import Script, Server, upstream

ROW = "e0000000-0000-4000-8000-000000000001"
INSERT = Shape.of(table("study_sessions").insert({"title": parameter("title")}).select("id"))
KEY, FINGERPRINT = "a" * 64, "b" * 64
CREATED: list[dict[str, Any]] = [{"id": ROW}]
NOTHING: list[dict[str, Any]] = []
WHOLE = {"status": 201, "location": f"/{ROW}", "body": '{"id": 1}'}


def answer(status: int, body: object) -> Script:
    text = json.dumps(body).encode()
    return [b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(text), text)]


def refused(code: str, constraint: str) -> Script:
    words = f'violates unique constraint "{constraint}"'
    return answer(409, {"code": code, "message": words, "details": None, "hint": None})


def key(
    kept: object = None, *, fingerprint: str = FINGERPRINT, age: timedelta = timedelta()
) -> Script:
    row = {
        "key": KEY,
        "fingerprint": fingerprint,
        "row_id": ROW,
        "answer": kept,
        "created_at": (datetime.now(UTC) - age).isoformat(),
    }
    return answer(200, [row])


TAKEN_KEY = refused("23505", TAKEN)
FOUND, GONE = answer(200, CREATED), answer(200, NOTHING)
DEAD = 6 * IN_PROGRESS


class Told:
    """A request with a key, at a database that answers with these scripts."""

    def __init__(self, *scripts: Script) -> None:
        self.server = Server(*scripts)
        self.exchange = exchange.Exchange({"method": "POST", "headers": []})
        self.conceals = True

    def run(self, use: Callable[[OnceDatabase], Awaitable[Any]]) -> Any:
        async def run() -> Any:
            token = exchange.enter(self.exchange)
            try:
                async with upstream(self.server, conceal_existence=self.conceals) as databases:
                    database = databases.as_caller(Caller(USER))
                    once = OnceDatabase(database, KEY, FINGERPRINT)
                    assert once.conceals_existence is database.conceals_existence is self.conceals
                    assert once.deadline == database.deadline
                    return await use(once)
            finally:
                exchange.leave(token)

        return asyncio.run(run())

    def insert(self) -> tuple[Any, OnceDatabase]:
        async def use(once: OnceDatabase) -> tuple[Any, OnceDatabase]:
            assert (once.has_created, once.is_kept, once.is_replay) == (False, False, False)
            return await once.insert(INSERT.query(title="a")), once

        found: tuple[Any, OnceDatabase] = self.run(use)
        return found

    def refusal(self) -> ApiError:
        with pytest.raises(ApiError) as refused:
            self.insert()
        return refused.value


class TestInsert:
    def test_the_first(self) -> None:
        told = Told(answer(201, CREATED))
        row, once = told.insert()
        assert row == CREATED[0]
        assert (once.has_created, once.is_kept, once.is_replay) == (True, False, False)
        (asked,) = told.server.asked
        assert f"idempotency-key: {KEY}".encode() in asked.lower()
        assert f"idempotency-fingerprint: {FINGERPRINT}".encode() in asked.lower()

    def test_user_gone(self) -> None:
        assert Told(refused("23503", OWNER)).refusal().code == "NOT_AUTHENTICATED"

    def test_another_constraint(self) -> None:
        told = Told(refused("23505", "another"))
        with pytest.raises(ConstraintError) as refusal:
            told.insert()
        assert refusal.value.name == "another"
        assert len(told.server.asked) == 1

    def test_a_day_old_and_just_deleted(self) -> None:
        assert Told(TAKEN_KEY, GONE).refusal().code == "CONFLICT"

    def test_another_request(self) -> None:
        error = Told(TAKEN_KEY, key(WHOLE, fingerprint="c" * 64)).refusal()
        assert error.code == "VALIDATION_ERROR"
        ((field, message),) = [(it.field, it.message) for it in error.errors or ()]
        assert field == "Idempotency-Key"
        assert "different request" in message

    def test_answered(self) -> None:
        told = Told(TAKEN_KEY, key(WHOLE), FOUND)
        with pytest.raises(ReplayedError) as replayed:
            told.insert()
        assert replayed.value.first == WHOLE
        assert told.exchange.session_id == ROW
        _, found, row = told.server.asked
        assert f"key=eq.{KEY}".encode() in found
        assert f"id=eq.{ROW}".encode() in row

    def test_answered_with_what_is_erased(self) -> None:
        error = Told(TAKEN_KEY, key({})).refusal()
        assert (error.code, "no longer exists" in error.message) == ("CONFLICT", True)

    def test_answered_with_what_is_no_longer_theirs(self) -> None:
        told = Told(TAKEN_KEY, key(WHOLE), GONE, FOUND)
        error = told.refusal()
        assert (error.code, "no longer exists" in error.message) == ("CONFLICT", True)
        forgotten = told.server.asked[3]
        assert b"PATCH" in forgotten
        assert forgotten.endswith(b'{"answer":null}')

    def test_of_a_long_answer_the_row(self) -> None:
        row, once = Told(TAKEN_KEY, key({**WHOLE, "body": None}), FOUND).insert()
        assert row == CREATED[0]
        assert (once.has_created, once.is_kept, once.is_replay) == (True, True, True)

    @pytest.mark.parametrize("ahead", [1, -1])
    def test_in_progress(self, ahead: int) -> None:
        """The two clocks may differ, so the row's time may be in the future."""
        error = Told(TAKEN_KEY, key(age=ahead * IN_PROGRESS / 2)).refusal()
        assert (error.code, error.headers["Retry-After"]) == ("CONFLICT", "1")
        assert "still being processed" in error.message

    @pytest.mark.parametrize("age", [DEAD, -DEAD])
    def test_of_a_dead_request_the_row(self, age: timedelta) -> None:
        told = Told(TAKEN_KEY, key(age=age), FOUND)
        row, once = told.insert()
        assert f"id=eq.{ROW}".encode() in told.server.asked[2]
        assert row == CREATED[0]
        assert (once.has_created, once.is_kept, once.is_replay) == (True, False, True)

    def test_a_dead_request_whose_row_is_gone(self) -> None:
        error = Told(TAKEN_KEY, key(age=DEAD), GONE).refusal()
        assert (error.code, "no longer exists" in error.message) == ("CONFLICT", True)
        assert "Retry-After" not in error.headers


class TestKeep:
    def kept(self, reply: Reply, **state: bool) -> list[dict[str, Any]]:
        """The answer that is stored after a request has created something."""
        told = Told(FOUND)

        async def use(once: OnceDatabase) -> None:
            once.has_created = True
            for name, value in state.items():
                setattr(once, name, value)
            step = keep_answer(reply, {ONCE: once})
            if step is not None:
                await step

        told.run(use)
        assert told.exchange.is_replay is state.get("is_replay", False)
        asked = [it.partition(b"\r\n\r\n") for it in told.server.asked]
        assert all(f"key=eq.{KEY}".encode() in head for head, _, _ in asked)
        return [json.loads(body)["answer"] for _, _, body in asked]

    def reply(self, status: int = 201, size: int = 9, location: bytes | None = b"/1") -> Reply:
        named = [] if location is None else [(b"location", location)]
        return Reply(status, [(b"x-first", b"1"), *named], b"x" * size)

    def test_all_of_it(self) -> None:
        assert self.kept(self.reply()) == [{"status": 201, "location": "/1", "body": "x" * 9}]

    def test_without_an_address(self) -> None:
        assert self.kept(self.reply(location=None)) == [
            {"status": 201, "location": None, "body": "x" * 9}
        ]

    @pytest.mark.parametrize("extra", [0, 1])
    def test_not_a_long_text(self, extra: int) -> None:
        (kept,) = self.kept(self.reply(size=MOST_KEPT + extra))
        assert kept["body"] == (None if extra else "x" * MOST_KEPT)

    @pytest.mark.parametrize(
        ("status", "count"),
        [(199, 0), (200, 1), (201, 1), (299, 1), (300, 0), (304, 0), (404, 0), (409, 0), (503, 0)],
    )
    def test_a_success_only(self, status: int, count: int) -> None:
        assert len(self.kept(self.reply(status))) == count

    def test_nothing_was_created(self) -> None:
        assert self.kept(self.reply(), has_created=False) == []
        assert keep_answer(self.reply(), {}) is None

    def test_kept_already(self) -> None:
        before = replays()
        reply = self.reply()
        assert self.kept(reply, is_kept=True, is_replay=True) == []
        assert reply.headers[-1] == (b"idempotency-replayed", b"true")
        assert replays() == before + 1

    def test_a_first_answer_is_not_marked(self) -> None:
        before, reply = replays(), self.reply()
        self.kept(reply)
        assert all(name != b"idempotency-replayed" for name, _ in reply.headers)
        assert replays() == before

    @pytest.mark.parametrize("script", [answer(500, {}), answer(409, {"code": "23514"})])
    def test_in_vain(self, script: Script, caplog: pytest.LogCaptureFixture) -> None:
        """The row exists, so the request succeeds even if its answer cannot be stored."""
        Told(script).run(lambda once: once.keep(WHOLE))
        (warning,) = [it for it in caplog.records if "Idempotency-Key" in it.getMessage()]
        assert warning.levelname == "WARNING"
        assert not warning.getMessage().endswith(("None", "%s"))  # it says why


def replays() -> float:
    return REGISTRY.get_sample_value("session_api_idempotent_replays_total") or 0


@pytest.mark.parametrize("location", ["/1", None])
def test_a_replay(location: str | None) -> None:
    before, told = replays(), exchange.Exchange({"method": "POST", "headers": []})
    token = exchange.enter(told)
    again = ReplayedError({**WHOLE, "status": 202, "location": location}).answer()
    exchange.leave(token)
    assert (again.status_code, again.body) == (202, b'{"id": 1}')
    assert again.headers["content-type"] == "application/json"
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers.get("location") == location
    assert told.is_replay
    assert replays() == before + 1
