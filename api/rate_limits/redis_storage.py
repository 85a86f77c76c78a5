"""Counts of all processes, in Redis."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string

from api.observability import metrics
from api.rate_limits.rate import Count, Rate

logger = logging.getLogger(__name__)

T = TypeVar("T")

REDIS_SECONDS: Final = 0.2
"""How long a request waits for Redis."""
REDIS_PAUSE: Final = 1.0
"""How long Redis is not used after it did not answer."""
REDIS_CONNECTIONS: Final = 32
WARNING_SECONDS: Final = 30.0


class Redis:
    """Counts in Redis, shared by all workers and machines. If it is unreachable, all requests pass.

    After a failure Redis is not used for a moment, and then a single request tries it again, so
    that requests do not wait for a Redis that is down, nor overload one that is restarting.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the URL; connect on first use."""
        # here, because the client is an extra
        import redis.exceptions
        from redis.asyncio import BlockingConnectionPool
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        self.pool = BlockingConnectionPool.from_url(
            url,
            max_connections=REDIS_CONNECTIONS,
            timeout=REDIS_SECONDS,
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
            # one retry, for a connection that Redis has closed; none after a timeout
            retry=Retry(NoBackoff(), 1, (redis.exceptions.ConnectionError,)),
        )
        options: dict[str, Any] = {"connection_pool": self.pool, "implementation": "redispy"}
        storage = storage_from_string(f"async+{url}", key_prefix="session_api", **options)
        self.limiter = SlidingWindowCounterRateLimiter(storage)
        self.errors = (redis.exceptions.RedisError, OSError)
        self.clock = clock
        self.away = False
        self.ask_again = 0.0
        self.warn_again = 0.0

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

    async def ping(self) -> None:
        """Check that Redis answers.

        Raises:
            Exception: one of `errors`, if it does not.

        """
        # here, because the client is an extra
        from redis.asyncio import Redis as Client

        await Client(connection_pool=self.pool).ping()

    async def close(self) -> None:
        """Close the connections."""
        await self.pool.disconnect()

    async def _ask(self, question: Callable[..., Awaitable[T]], rate: Rate, who: str) -> T | None:
        now = self.clock()
        if self.away:
            if now < self.ask_again:
                metrics.RATE_LIMITS_SKIPPED.inc()
                return None
            self.ask_again = now + REDIS_PAUSE
        try:
            answer = await question(rate.item, rate.name, who)
        except self.errors as error:
            self._failed(error)
            return None
        self.away = False
        return answer

    def _failed(self, error: Exception) -> None:
        now = self.clock()
        self.away, self.ask_again = True, now + REDIS_PAUSE
        metrics.RATE_LIMITS_SKIPPED.inc()
        if now >= self.warn_again:
            self.warn_again = now + WARNING_SECONDS
            logger.warning(
                "RATE_LIMIT_STORAGE does not answer (%s): requests pass without limits",
                type(error).__name__,
            )
