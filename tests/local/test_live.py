"""`/realtime/v1`: changes are sent to users who may see the row, and to nobody else."""

import asyncio
import time
from contextlib import AsyncExitStack
from uuid import UUID

import jwt
import psycopg
import pytest

from api.settings import LOCAL_JWT_SECRET
from local.keys import DEMO_USERS
from local.stack import Stack
from tests.local.listener import CHAT, MESSAGES, Sql, listening, of, say
from tests.local.people import browser, error, sign_in
from tests.stacks import local
from tests.stacks.local import LocalStack

SESSION = UUID("e0000000-0000-4000-8000-000000000003")
"""Of Bob and Dave."""
SESSIONS = {"event": "*", "schema": "public", "table": "wingman_sessions"}


def note(demo_sql: Sql, text: str) -> None:
    demo_sql.execute("update public.wingman_sessions set notes = %s where id = %s", [text, SESSION])


class TestChange:
    @pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
    def test_update(self, demo: Stack, demo_sql: Sql, version: str) -> None:
        async def test() -> None:
            async with listening(demo, version) as bob:
                answer = await bob.join(of("bob"), SESSIONS)
                (shown,) = answer["response"]["postgres_changes"]
                assert shown == {**SESSIONS, "id": shown["id"]}
                note(demo_sql, f"version {version}")
                change = await bob.change()
                assert (change["type"], change["table"]) == ("UPDATE", "wingman_sessions")
                assert change["record"]["notes"] == f"version {version}"
                assert change["old_record"] == {"id": str(SESSION)}
                assert {"name": "notes", "type": "text"} in change["columns"]

        asyncio.run(test())

    def test_strangers_hear_nothing(self, demo: Stack, demo_sql: Sql) -> None:
        async def test() -> None:
            async with (
                listening(demo) as bob,
                listening(demo) as carol,
                listening(demo) as visitor,
            ):
                assert (await bob.join(of("bob"), SESSIONS))["status"] == "ok"
                everything = {"event": "*", "schema": "*"}
                assert (await carol.join(of("carol"), everything))["status"] == "ok"
                assert (await visitor.join(None, everything))["status"] == "ok"
                note(demo_sql, "secret")
                say(demo_sql, "secret")
                assert (await bob.change())["record"]["notes"] == "secret"
                assert await carol.silence()
                assert await visitor.silence()

        asyncio.run(test())

    def test_rolled_back(self, demo: Stack, demo_sql: Sql) -> None:
        async def test() -> None:
            async with listening(demo) as alice:
                await alice.join(of("alice"), MESSAGES)
                with demo_sql.transaction(force_rollback=True):
                    say(demo_sql, "never said")
                say(demo_sql, "said")
                assert (await alice.change())["record"]["content"] == "said"

        asyncio.run(test())

    def test_many_in_order(self, demo: Stack, demo_sql: Sql) -> None:
        async def test() -> None:
            async with listening(demo) as alice:
                await alice.join(of("alice"), MESSAGES)
                with demo_sql.transaction():
                    for number in range(300):
                        say(demo_sql, str(number))
                heard = [(await alice.change())["record"]["content"] for _ in range(300)]
                assert heard == [str(number) for number in range(300)]

        asyncio.run(test())

    def test_claims_that_are_nobodys(self, demo: Stack, demo_sql: Sql) -> None:
        """They do not stop other clients' changes."""

        async def test() -> None:
            async with listening(demo) as alice, listening(demo) as nobody:
                strange = token(sub="not a uuid", role="authenticated")
                assert (await nobody.join(strange, MESSAGES))["status"] == "ok"
                await alice.join(of("alice"), MESSAGES)
                say(demo_sql, "still heard")
                assert (await alice.change())["record"]["content"] == "still heard"
                assert await nobody.silence()

        asyncio.run(test())


class TestFilter:
    @pytest.mark.parametrize(
        ("condition", "heard"),
        [
            (f"session_id=eq.{CHAT}", True),
            ("session_id=eq.00000000-0000-4000-8000-000000000000", False),
            (f"session_id=in.({CHAT},00000000-0000-4000-8000-000000000000)", True),
            ("message_order=gt.0", True),
            ("message_order=lte.0", False),
            ("content=neq.filtered", False),
            ("content=eq.filtered", True),
        ],
    )
    def test_comparison(self, demo: Stack, demo_sql: Sql, condition: str, heard: bool) -> None:
        async def test() -> None:
            async with listening(demo) as alice:
                filtered = {**MESSAGES, "filter": condition}
                assert (await alice.join(of("alice"), filtered))["status"] == "ok"
                say(demo_sql, "filtered")
                if heard:
                    assert (await alice.change())["record"]["content"] == "filtered"
                else:
                    assert await alice.silence()

        asyncio.run(test())

    @pytest.mark.parametrize(
        "change",
        [
            {"filter": "session_id"},
            {"filter": "session_id=eq.not-a-uuid"},
            {"filter": "session_id=like.x"},
            {"filter": "nothing=eq.1"},
            {"filter": 'content"; drop table x; --=eq.1'},
            {"filter": "content=eq.\0"},
            {"filter": 1},
            {"table": "nothing"},
            {"table": "idempotency_keys"},
            {"schema": "auth", "table": "users"},
            {"table": "\0"},
            {"table": "\ud800"},
            {"event": "TRUNCATE"},
        ],
    )
    def test_wrong(self, demo: Stack, change: dict[str, object]) -> None:
        async def test() -> None:
            async with listening(demo) as alice:
                answer = await alice.join(of("alice"), {**MESSAGES, **change})
                assert answer["status"] == "error"
                assert "reason" in answer["response"]

        asyncio.run(test())


def token(**claims: object) -> str:
    return jwt.encode({"exp": time.time() + 60, **claims}, LOCAL_JWT_SECRET, "HS256")


class TestToken:
    def test_expires(self, demo: Stack, demo_sql: Sql) -> None:
        async def test() -> None:
            async with listening(demo) as alice:
                await alice.join(of("alice", 2), MESSAGES)
                event, payload = await alice.next()
                assert (event, payload["status"]) == ("system", "error")
                assert "expired" in payload["message"]
                assert (await alice.next())[0] == "phx_close"
                say(demo_sql, "not heard")
                assert await alice.silence()

        asyncio.run(test())

    def test_expires_in_ages(self, demo: Stack) -> None:
        async def test() -> None:
            ages = token(exp=10**400, sub=str(DEMO_USERS["bob"]), role="authenticated")
            async with listening(demo) as bob:
                assert (await bob.join(ages, SESSIONS))["status"] == "ok"
                await bob.send("heartbeat", {}, "phoenix")
                assert (await bob.next())[1]["status"] == "ok"

        asyncio.run(test())

    def test_is_renewed(self, demo: Stack, demo_sql: Sql) -> None:
        async def test() -> None:
            async with listening(demo) as alice:
                await alice.join(of("alice", 2), MESSAGES)
                await alice.send("access_token", {"access_token": of("alice")})
                assert await alice.silence(2.5)
                say(demo_sql, "heard later")
                assert (await alice.change())["record"]["content"] == "heard later"

        asyncio.run(test())

    @pytest.mark.parametrize(
        "refused",
        [
            "a.b.c",
            token(role="session_api", sub=str(DEMO_USERS["alice"])),
            token(role="postgres"),
            token(role="authenticated", exp=1),
            token(role=["authenticated"]),
            token(role="authenticated", exp="soon"),
            jwt.encode({"role": "authenticated", "exp": 9e9}, "x" * 40, "HS256"),
        ],
    )
    def test_refused(self, demo: Stack, refused: str) -> None:
        async def test() -> None:
            async with listening(demo) as somebody:
                assert (await somebody.join(refused, MESSAGES))["status"] == "error"
                # and a good one is not replaced by it
                await somebody.join(of("alice"), MESSAGES)
                await somebody.send("access_token", {"access_token": refused})
                assert (await somebody.next())[0] == "system"
                assert (await somebody.next())[0] == "phx_close"

        asyncio.run(test())


def test_many_join_at_once(demo: Stack, demo_sql: Sql) -> None:
    """More than Postgres has connections: all are served, by few."""

    async def test() -> None:
        async with AsyncExitStack() as stack:
            everybody = [await stack.enter_async_context(listening(demo)) for _ in range(120)]
            answers = await asyncio.gather(*(it.join(of("bob"), SESSIONS) for it in everybody))
            assert {answer["status"] for answer in answers} == {"ok"}
            (used,) = demo_sql.execute(
                "select count(*) from pg_stat_activity where usename = 'supabase_realtime_admin'"
            ).fetchone() or (None,)
            # two for the catalog, and the feed's
            assert used <= 3

    asyncio.run(test())


def test_who_does_not_read_is_disconnected(demo: Stack, demo_sql: Sql) -> None:
    """What is kept for a client is bounded in bytes: fifty messages of 384 kB are too many."""
    carol = DEMO_USERS["carol"]
    (chat,) = demo_sql.execute(
        "insert into public.chat_sessions (user_id, title) values (%s, 'Long') returning id",
        [carol],
    ).fetchone() or (None,)

    async def test() -> None:
        async with listening(demo) as reading, listening(demo) as idle:
            for each in (reading, idle):
                assert (await each.join(of("carol"), MESSAGES))["status"] == "ok"
            for _ in range(50):
                demo_sql.execute(
                    "insert into public.chat_messages (user_id, session_id, role, content) "
                    "values (%s, %s, 'user', repeat('\U0001f600', 32000))",
                    [carol, chat],
                )
                await reading.change()
            received = 0
            with pytest.raises((TypeError, OSError)):  # noqa: PT012 - how many before the end
                while True:
                    await idle.next()
                    received += 1
            assert received < 50

    try:
        asyncio.run(test())
    finally:
        demo_sql.execute("delete from public.chat_sessions where id = %s", [chat])


def test_database_restarts() -> None:
    """Subscriptions receive changes again; a sign-in meanwhile is told to try again."""

    async def test(stack: LocalStack) -> None:
        async with listening(stack) as alice:
            await alice.join(of("alice"), MESSAGES)
            with stack.database_away(), browser(stack) as client:
                assert error(sign_in(client, "alice@example.com")) == (503, "unexpected_failure")
                await alice.send("heartbeat", {}, "phoenix")
                assert (await alice.next())[1]["status"] == "ok"
            with psycopg.connect(stack.database_url, autocommit=True) as sql:
                while await alice.silence(0.2):  # until it is read again
                    say(sql, "again")

    with local.stack() as stack:
        stack.seed()
        asyncio.run(test(stack))
