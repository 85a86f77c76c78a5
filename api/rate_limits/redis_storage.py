"""Counts of all processes, in Redis."""

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string

from api.observability import metrics
from api.rate_limits.rate import Count, Rate
from api.redis_client import RedisClient

T = TypeVar("T")


class Redis:
    """Counts in Redis, shared by all workers and machines.

    If it is unreachable, all requests pass.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the URL; connect on first use."""
        self.client = RedisClient(url, "requests pass without limits", clock)
        options: dict[str, Any] = {
            "connection_pool": self.client.pool,
            "implementation": "redispy",
        }
        storage = storage_from_string(f"async+{url}", key_prefix="session_api", **options)
        self.limiter = SlidingWindowCounterRateLimiter(storage)

    async def hit(self, rate: Rate, who: str, *, told: bool = True) -> Count | None:
        """Count a hit, unless it would exceed the limit; `None` if Redis is unreachable.

        `told`: whether the caller needs the remaining count even if the hit is allowed, which costs
        one more command.
        """
        allowed = await self._ask(self.limiter.hit, rate, who)
        if allowed is None:
            return None
        if allowed and not told:
            return Count(rate, True, 0, 0.0)
        count = await self.look(rate, who)
        return None if count is None else count._replace(allowed=allowed)

    async def look(self, rate: Rate, who: str) -> Count | None:
        """Return the current count; `None` if Redis is unreachable."""
        state = await self._ask(self.limiter.get_window_stats, rate, who)
        if state is None:
            return None
        reset = min(max(state.reset_time - time.time(), 0.0), rate.period)
        return Count(rate, True, state.remaining, reset)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()

    async def _ask(self, question: Callable[..., Awaitable[T]], rate: Rate, who: str) -> T | None:
        answer = await self.client.ask(partial(question, rate.item, rate.name, who))
        if answer is None:
            metrics.RATE_LIMITS_SKIPPED.inc()
        return answer
