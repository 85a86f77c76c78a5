"""A connection to Redis that never delays a request for long."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from redis.asyncio import Redis

logger = logging.getLogger(__name__)

T = TypeVar("T")

ANSWER_SECONDS: Final = 0.2
"""How long a request waits for Redis."""
PAUSE: Final = 1.0
"""How long Redis is not used after it did not answer."""
CONNECTIONS: Final = 32
WARNING_SECONDS: Final = 30.0


class RedisClient:
    """Redis, which may be unavailable.

    After a failure Redis is not used for a moment, and then a single request tries it again, so
    that requests do not wait for a Redis that is down, nor overload one that is restarting.

    Args:
        url: where it is; the first question connects.
        consequence: what it means if Redis does not answer, for the log.
        clock: seconds.

    """

    def __init__(
        self, url: str, consequence: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        # here, because the client is an extra
        import redis.exceptions
        from redis.asyncio import BlockingConnectionPool
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        self.pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            # one retry, for a connection that Redis has closed; none after a timeout
            retry=Retry(NoBackoff(), 1, (redis.exceptions.ConnectionError,)),
        )
        self.errors = (redis.exceptions.RedisError, OSError)
        self._consequence = consequence
        self._clock = clock
        self._away = False
        self._ask_again = 0.0
        self._warn_again = 0.0

    @property
    def commands(self) -> "Redis":
        """The client, to send commands from a question."""
        from redis.asyncio import Redis

        return Redis(connection_pool=self.pool)

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T | None:
        """Return the question's answer; `None` if Redis is unavailable."""
        now = self._clock()
        if self._away:
            if now < self._ask_again:
                return None
            self._ask_again = now + PAUSE
        try:
            answer = await question()
        except self.errors as error:
            self._failed(error)
            return None
        self._away = False
        return answer

    async def close(self) -> None:
        """Close the connections."""
        await self.pool.disconnect()

    def _failed(self, error: Exception) -> None:
        now = self._clock()
        self._away, self._ask_again = True, now + PAUSE
        if now >= self._warn_again:
            self._warn_again = now + WARNING_SECONDS
            logger.warning(
                "RATE_LIMIT_STORAGE does not answer (%s): %s",
                type(error).__name__,
                self._consequence,
            )
