"""Counts in Redis, and what happens without it."""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from prometheus_client import REGISTRY

from api.rate_limits.redis_storage import Redis
from api.rate_limits.users import Limits
from tests.actors import NewUser
from tests.conftest import Serve, get
from tests.rate_limits.limits import (
    GENEROUS,
    MINUTE,
    STUDY,
    Clock,
    rate,
    settings,
    signed_in,
)
from tests.rate_limits.redis_server import RedisServer, redis_server


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


def skipped() -> float:
    return REGISTRY.get_sample_value("session_api_rate_limits_skipped_total") or 0


class TestRedis:
    def run(self, url: str, use: Callable[[Limits], Awaitable[None]], **changes: Any) -> None:
        async def run() -> None:
            limits = Limits(settings(rate_limit_storage=url, **changes))
            try:
                await use(limits)
            finally:
                await limits.close()

        asyncio.run(run())

    def test_counts_as_memory_does(self, server: RedisServer) -> None:
        async def use(limits: Limits) -> None:
            read = limits.rates["read"]
            found = [await limits.users.hit(read, "ada") for _ in range(4)]
            assert [it and (it.allowed, it.remaining) for it in found] == [
                (True, 2),
                (True, 1),
                (True, 0),
                (False, 0),
            ]
            # 0 is what `limits` makes of a whole minute, asked in the millisecond of the first hit
            assert all(it and 0 <= it.reset <= MINUTE for it in found)
            await asyncio.sleep(0.002)
            later = await limits.users.hit(read, "ada")
            assert later is not None
            assert 0 < later.reset < MINUTE
            create = limits.rates["create"]
            assert await limits.users.look(create, "ada") == (create, True, 3, 0.0)
            assert await limits.users.look(read, "ben") == (read, True, 3, 0.0)
            assert await limits.users.hit(read, "ben", told=False) == (read, True, 0, 0.0)
            found_keys = server.keys()
            assert all(key.startswith(b"session_api") for key in found_keys)

        self.run(server.url, use, rate_limit_read="3/minute", rate_limit_create="3/minute")

    def test_keys_expire(self, server: RedisServer) -> None:
        async def use(limits: Limits) -> None:
            await limits.users.hit(limits.rates["read"], "ada")

        self.run(server.url, use, rate_limit_read="3/second")
        deadline = time.monotonic() + 5
        assert server.keys()
        while server.keys():
            assert time.monotonic() < deadline

    def test_workers_share(self, serve: Serve, server: RedisServer, user: NewUser) -> None:
        limits = GENEROUS | {"RATE_LIMIT_READ": "6/hour"}
        workers = [
            serve(RATE_LIMITS="on", RATE_LIMIT_STORAGE=server.url, LOG_LEVEL=level, **limits)
            for level in ("info", "warning")
        ]
        reader = user()
        statuses = []
        for address in workers * 5:
            with signed_in(address, reader) as one:
                statuses.append(one.get(STUDY).status_code)
        assert statuses == [200] * 6 + [429] * 4

    def test_away_and_back(self, serve: Serve, server: RedisServer, user: NewUser) -> None:
        token = "a-metrics-token-for-tests"
        address = serve(
            RATE_LIMITS="on",
            RATE_LIMIT_STORAGE=server.url,
            METRICS_TOKEN=token,
            **GENEROUS | {"RATE_LIMIT_READ": "2/hour"},
        )
        with signed_in(address, user()) as reader:
            reader.get(STUDY)
            server.stop()
            started = time.monotonic()
            answers = [reader.get(STUDY) for _ in range(20)]
            assert {it.status_code for it in answers} == {200}
            assert "RateLimit-Limit" not in answers[-1].headers
            # 8 s if each had waited
            assert time.monotonic() - started < 5
            metrics = get(f"{address}/metrics", Authorization=f"Bearer {token}")
            found = re.search(r"^session_api_rate_limits_skipped_total (.*)", metrics.text, re.M)
            assert found is not None
            assert float(found[1]) >= 20

            server.start()
            deadline = time.monotonic() + 5
            while "RateLimit-Limit" not in reader.get(STUDY).headers:
                assert time.monotonic() < deadline
            assert [reader.get(STUDY).status_code for _ in range(3)][-1] == 429

    def test_frozen(self, server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
        async def use(limits: Limits) -> None:
            assert await limits.users.hit(limits.rates["read"], "ada") is not None
            server.freeze(30)
            before, started = skipped(), time.monotonic()
            # a rush: all at once, then one after the other
            found = await asyncio.gather(
                *(limits.users.hit(limits.rates["read"], str(it)) for it in range(1_000))
            )
            assert found == [None] * 1_000
            for _ in range(200):
                assert await limits.users.hit(limits.rates["read"], "ada") is None
            # half a second where nothing else runs; 6 s if the rush had to take turns
            assert time.monotonic() - started < 5
            assert skipped() - before >= 1_200

        self.run(server.url, use)
        warnings = [it for it in caplog.records if it.levelno == logging.WARNING]
        assert len(warnings) == 1, "a warning a request would be a second outage"
        assert "requests pass without limits" in warnings[0].getMessage()

    def test_away_after_the_hit(self) -> None:
        """The request passes: what remains is not known."""

        async def counted(*_: Any) -> bool:
            return True

        async def use() -> None:
            redis = Redis("redis://127.0.0.1:1/0")
            redis.limiter.hit = counted  # type: ignore[assignment, method-assign]
            assert await redis.hit(rate(3), "ada") is None

        asyncio.run(use())

    def test_one_asks_for_all(self) -> None:
        clock, asked = Clock(), 0

        async def ask(*_: Any) -> bool:
            nonlocal asked
            asked += 1
            raise ConnectionError

        async def use() -> None:
            nonlocal asked
            redis = Redis("redis://127.0.0.1:1/0", clock)
            redis.limiter.hit = ask  # type: ignore[assignment, method-assign]
            for _ in range(20):
                await redis.hit(rate(3), "ada")
            assert asked == 1
            clock.now += 1.5
            await asyncio.gather(*(redis.hit(rate(3), "ada") for _ in range(20)))
            assert asked == 2

        asyncio.run(use())
