"""`/realtime/v1`: the protocol, spoken well and badly."""

import asyncio

import aiohttp
import pytest

from local.keys import DEMO_USERS
from local.stack import Stack
from tests.local.listener import CHAT, MESSAGES, Sql, listening, of, say


class TestProtocol:
    def test_heartbeat_and_leaving(self, demo: Stack, demo_sql: Sql) -> None:
        async def test() -> None:
            async with listening(demo) as alice:
                await alice.send("heartbeat", {}, "phoenix")
                assert (await alice.next())[1]["status"] == "ok"
                await alice.join(of("alice"), MESSAGES)
                await alice.send("phx_leave", {})
                assert (await alice.next())[1]["status"] == "ok"
                say(demo_sql, "not heard")
                assert await alice.silence()

        asyncio.run(test())

    def test_broadcast_and_presence(self, demo: Stack) -> None:
        async def test() -> None:
            async with listening(demo) as alice:
                assert "not served" in (await alice.join(of("alice")))["response"]["reason"]
                presence = {"presence": {"enabled": True}}
                answer = await alice.join(of("alice"), MESSAGES, **presence)
                assert "not served" in answer["response"]["reason"]
                await alice.join(of("alice"), MESSAGES)
                for event in ("broadcast", "presence"):
                    await alice.send(event, {"type": event})
                    _, answer = await alice.next()
                    assert "not served" in answer["response"]["reason"]

        asyncio.run(test())

    @pytest.mark.parametrize(
        "text",
        ["", "null", "[]", "{}", "[" * 10_000, '["1","1",1,"x",{}]', "x" * 70_000, '{"topic": 1}'],
    )
    def test_nonsense_ends_the_connection(self, demo: Stack, text: str) -> None:
        async def test() -> None:
            async with listening(demo) as somebody:
                await somebody.ws.send_str(text)
                ended = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
                assert (await somebody.ws.receive(5)).type in ended

        asyncio.run(test())

    @pytest.mark.parametrize("payload", [[], None, 1, {"config": 1}, {"config": {"presence": []}}])
    def test_strange_joins(self, demo: Stack, payload: object) -> None:
        async def test() -> None:
            async with listening(demo) as somebody:
                await somebody.send("phx_join", payload)
                received = await somebody.ws.receive(5)
                assert received.type is not aiohttp.WSMsgType.TEXT or "error" in received.data

        asyncio.run(test())

    def test_needs_the_key(self, demo: Stack) -> None:
        async def test() -> None:
            url = f"{demo.url}/realtime/v1/websocket"
            async with aiohttp.ClientSession() as http:
                with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
                    await http.ws_connect(url)

        asyncio.run(test())

    def test_who_does_not_read_is_cut_off(self, demo: Stack, demo_sql: Sql) -> None:
        async def test() -> None:
            async with listening(demo) as idle, listening(demo) as alice:
                await idle.join(of("alice"), MESSAGES)
                await alice.join(of("alice"), MESSAGES)
                demo_sql.execute(
                    "insert into public.chat_messages (user_id, session_id, role, content) "
                    "select %s, %s, 'user', repeat('x', 30000) from generate_series(1, 1500)",
                    [DEMO_USERS["alice"], CHAT],
                )
                for _ in range(1500):
                    await alice.change()
                heard = 0
                while (await idle.ws.receive(5)).type is aiohttp.WSMsgType.TEXT:
                    heard += 1
                assert heard < 1500

        asyncio.run(test())

    def test_no_slot_is_left(self, demo: Stack, demo_sql: Sql) -> None:
        """One that is kept would keep the log for ever."""
        row = demo_sql.execute(
            "select count(*) from pg_replication_slots where not temporary"
        ).fetchone()
        assert row == (0,)
        assert "Traceback" not in (demo.data_dir / "gateway.log").read_text()
