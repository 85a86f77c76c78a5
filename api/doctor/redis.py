"""Redis, if rate limits are counted there."""

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit

from api.doctor import reach
from api.doctor.findings import Finding
from api.redis_client import RedisClient


def findings(url: str) -> Iterator[Finding]:
    """Check that Redis answers, connecting as the API does."""
    error = asyncio.run(_ping(url))
    if error is not None:
        # the URL may contain a password
        address = urlsplit(url)
        yield Finding(
            "redis-unreachable",
            f"Redis at {address.hostname}:{address.port} does not answer "
            f"({reach.reason(error)}): requests pass without limits",
            "check RATE_LIMIT_STORAGE, its password, and that Redis is running",
        )


async def _ping(url: str) -> Exception | None:
    redis = RedisClient(url, "")
    try:
        await redis.ping()
    except redis.errors as error:
        return error
    finally:
        await redis.close()
    return None
