"""supabase-py, as it is, signs in and listens on the local stack."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx
import pytest
from realtime import RealtimePostgresChangesListenEvent

from api.settings import LOCAL_PUBLISHABLE_KEY
from local.keys import DEMO_PASSWORD, DEMO_USERS
from local.stack import Stack
from supabase import AsyncClient, AsyncClientOptions, AuthApiError, acreate_client
from tests.local.listener import Sql, say
from tests.local.people import PASSWORD, new_email

INSERT = RealtimePostgresChangesListenEvent.Insert


@asynccontextmanager
async def connecting(stack: Stack) -> AsyncIterator[AsyncClient]:
    """A client that leaves no connection behind."""
    async with httpx.AsyncClient(trust_env=False) as http:
        options = AsyncClientOptions(httpx_client=http, auto_refresh_token=False)
        client = await acreate_client(stack.url, LOCAL_PUBLISHABLE_KEY, options)
        try:
            yield client
        finally:
            await client.remove_all_channels()
            await client.realtime.close()


async def hear(client: AsyncClient, name: str) -> asyncio.Queue[Any]:
    """Sign in a demo user, and listen to messages."""
    await client.auth.sign_in_with_password(
        {"email": f"{name}@example.com", "password": DEMO_PASSWORD}
    )
    heard: asyncio.Queue[Any] = asyncio.Queue()
    joined = asyncio.Event()
    channel = client.channel("messages")
    channel.on_postgres_changes(
        INSERT, schema="public", table="chat_messages", callback=heard.put_nowait
    )
    await channel.subscribe(partial(_joining, joined))
    await asyncio.wait_for(joined.wait(), 15)
    return heard


def _joining(joined: asyncio.Event, *_: object) -> None:
    joined.set()


def test_sessions(demo: Stack) -> None:
    async def test() -> None:
        async with connecting(demo) as client:
            email = new_email()
            made = await client.auth.sign_up({"email": email, "password": PASSWORD})
            assert made.user is not None
            again = await client.auth.refresh_session()
            assert again.user is not None
            assert again.user.id == made.user.id
            claims = await client.auth.get_claims()
            assert claims is not None
            assert claims["claims"]["sub"] == made.user.id
            await client.auth.sign_out()
            assert await client.auth.get_session() is None
            with pytest.raises(AuthApiError) as refused:
                await client.auth.sign_in_with_password({"email": email, "password": "wrong"})
            assert refused.value.code == "invalid_credentials"

    asyncio.run(test())


def test_live_changes(demo: Stack, demo_sql: Sql) -> None:
    async def test() -> None:
        async with connecting(demo) as alice, connecting(demo) as carol:
            by_alice, by_carol = await hear(alice, "alice"), await hear(carol, "carol")
            profiles = alice.table("user_profiles").select("id").eq("first_name", "Alice")
            assert (await profiles.execute()).data == [{"id": str(DEMO_USERS["alice"])}]
            say(demo_sql, "to Alice")
            change = await asyncio.wait_for(by_alice.get(), 15)
            assert change["data"]["record"]["content"] == "to Alice"
            await asyncio.sleep(0.3)
            assert by_carol.empty()

    asyncio.run(test())
