"""Redis, if rate limits are counted there, or users' last writes noted."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from api.doctor import reach
from api.doctor.findings import Finding
from api.redis_client import RedisClient


def findings(url: str, *, has_notes: bool = False) -> Iterator[Finding]:
    """Check that Redis answers, connecting as the API does.

    `has_notes`: whether users' last writes are noted there, which must not be evicted.
    """
    found = asyncio.run(_memory(url))
    if isinstance(found, Exception):
        # the URL may contain a password
        address = urlsplit(url)
        yield Finding(
            "redis-unreachable",
            f"Redis at {address.hostname}:{address.port} does not answer "
            f"({reach.reason(found)}): requests pass without limits",
            "check RATE_LIMIT_STORAGE, its password, and that Redis is running",
        )
    elif has_notes and found.get("maxmemory") and found.get("maxmemory_policy") != "noeviction":
        yield Finding(
            "redis-evicts",
            f"Redis removes keys when its memory is full ({found.get('maxmemory_policy')}): users "
            "may then miss what they have just written",
            "set its maxmemory-policy to noeviction",
        )


async def _memory(url: str) -> dict[str, Any] | Exception:
    redis = RedisClient(url, "")
    try:
        return await redis.commands.info("memory")
    except redis.errors as error:
        return error
    finally:
        await redis.close()
