"""The notes in Redis."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from redis import Redis

from api.database.last_writes import DOUBT, MOST, MOST_UNSAID, LastWrites
from api.redis_client import RedisClient
from tests.rate_limits.redis_server import RedisServer, redis_server
from tests.replicas.site import settle

Story = Callable[[LastWrites, LastWrites], Awaitable[None]]


@contextmanager
def full(redis: RedisServer) -> Iterator[None]:
    """A Redis that takes nothing more."""
    with Redis.from_url(redis.url) as server:
        server.config_set("maxmemory", 1)
        try:
            yield
        finally:
            server.config_set("maxmemory", 0)


@pytest.fixture
def told(redis: RedisServer) -> Callable[[Story], None]:
    """Tell a story of two workers."""

    def tell(story: Story) -> None:
        async def run() -> None:
            clients = [RedisClient(redis.url, "") for _ in range(2)]
            await story(*(LastWrites(client, 30) for client in clients))
            for client in clients:
                await client.close()

        settle(redis)
        try:
            asyncio.run(run())
        finally:
            settle(redis)

    return tell


def test_all_workers_know(told: Callable[[Story], None]) -> None:
    ada, ben = uuid4(), uuid4()

    async def story(one: LastWrites, two: LastWrites) -> None:
        assert await two.of(ada) == []
        await one.note(7, {ada})
        await two.note(5, {ada, ben})
        assert await one.of(ada) == await two.of(ada) == [7, 5]
        assert await one.of(ben) == [5]

    told(story)


def test_expires_and_stays_short(told: Callable[[Story], None], redis: RedisServer) -> None:
    ada = uuid4()

    async def story(one: LastWrites, _: LastWrites) -> None:
        for number in range(MOST + 10):
            await one.note(number, {ada})
        assert await one.of(ada) == list(range(10, MOST + 10))

    told(story)
    with Redis.from_url(redis.url) as server:
        assert 0 < server.pttl(f"session_api:writes:{ada}") <= 30_000


def test_a_note_that_cannot_be_written(told: Callable[[Story], None], redis: RedisServer) -> None:
    """It is written as soon as that can be done; until then this worker trusts no notes."""
    ada, ben = uuid4(), uuid4()

    async def story(one: LastWrites, two: LastWrites) -> None:
        with full(redis):
            await one.note(7, {ada})
            assert await one.of(ben) is None
            await one.note(8, {ada})
            await asyncio.sleep(1.1)  # Redis is left alone for a second
            assert await one.of(ben) is None
        await asyncio.sleep(1.1)
        assert await one.of(ben) == []
        assert await two.of(ada) == await one.of(ada) == [7, 8]

    told(story)


def test_more_than_can_be_kept(told: Callable[[Story], None], redis: RedisServer) -> None:
    """From then on no worker trusts the notes, until those would have expired."""

    async def story(one: LastWrites, two: LastWrites) -> None:
        with full(redis):
            await one.note(7, {uuid4() for _ in range(MOST_UNSAID + 1)})
        await asyncio.sleep(1.1)
        assert await one.of(uuid4()) is None
        assert await two.of(uuid4()) is None
        with Redis.from_url(redis.url) as server:
            assert 0 < server.pttl(DOUBT) <= 30_000

    told(story)


def test_flushed(told: Callable[[Story], None], redis: RedisServer) -> None:
    """What was noted is gone; what is noted afterwards does not make the rest known again."""
    ada, ben = uuid4(), uuid4()

    async def story(one: LastWrites, two: LastWrites) -> None:
        await one.note(7, {ada})
        assert await two.of(ada) == [7]
        with Redis.from_url(redis.url) as server:
            server.flushall()
            await one.note(8, {ada})
            for user in (ada, ben, ada):
                assert await two.of(user) is None
                assert await one.of(user) is None
            assert 0 < server.pttl(DOUBT) <= 30_000

    told(story)


def test_a_new_redis() -> None:
    async def story(url: str) -> None:
        client = RedisClient(url, "")
        writes = LastWrites(client, 30)
        assert await writes.of(uuid4()) is None
        assert await writes.of(uuid4()) is None
        await client.close()

    with redis_server() as server:
        asyncio.run(story(server.url))
