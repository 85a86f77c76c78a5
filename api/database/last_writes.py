"""Which transactions have written, for whom, in the last seconds: kept in Redis, by user.

A write is noted before it is committed, for everyone who sees what it writes.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from api.redis_client import RedisClient

MOST: Final = 64
"""Transactions kept for a user. Older ones were committed before these began, unless a user has
more writes in progress than this."""
MOST_UNSAID: Final = 1000
"""Notes kept here while Redis is away. With more, all users' notes are in doubt afterwards."""
PREFIX: Final = "session_api:writes:"
SETTLED: Final = f"{PREFIX}settled"
"""Exists unless Redis has lost its data, and so its notes."""
DOUBT: Final = f"{PREFIX}doubt"
"""Exists for as long as notes last after some may have been lost."""


class Note(NamedTuple):
    """One transaction that one user must see."""

    key: str
    transaction: int


class LastWrites:
    """The last writes that each user must see.

    Args:
        redis: Where they are kept.
        seconds: For how long.

    """

    def __init__(self, redis: RedisClient, seconds: int) -> None:
        self._redis = redis
        self._milliseconds = seconds * 1000
        self._unsaid: list[Note] = []
        self._has_lost_some = False

    async def note(self, transaction: int, readers: Iterable[UUID]) -> None:
        """Note a write that will be committed next.

        If Redis does not answer, the write happens all the same. Its note is added when Redis is
        asked the next time, and until then this process sends nobody to a replica.
        """
        notes = [Note(key(user_id), transaction) for user_id in readers]
        if not await self._say(notes):
            self._unsaid += notes
            if len(self._unsaid) > MOST_UNSAID:
                self._unsaid.clear()
                self._has_lost_some = True

    async def of(self, user_id: UUID) -> list[int] | None:
        """Return the ids of the transactions that the user must see; `None` if they are unknown."""

        async def read() -> list[Any]:
            async with self._redis.commands.pipeline(transaction=False) as pipe:
                pipe.lrange(key(user_id), 0, -1)
                pipe.mget(SETTLED, DOUBT)
                return await pipe.execute()

        if self._has_lost_some:
            await self._doubt()
            return None
        if self._unsaid and not await self._say():
            return None
        found = await self._redis.ask(read)
        if found is None:
            return None
        transactions, (settled, doubt) = found
        if settled is None:
            await self._doubt()
            return None
        return None if doubt is not None else [int(it) for it in transactions]

    async def _say(self, notes: Sequence[Note] = ()) -> bool:
        """Store these notes and any left from a failed attempt; return whether it succeeded."""
        late = tuple(self._unsaid)

        async def write() -> list[Any]:
            async with self._redis.commands.pipeline(transaction=True) as pipe:
                for it in (*late, *notes):
                    pipe.rpush(it.key, it.transaction)
                    pipe.ltrim(it.key, -MOST, -1)
                    pipe.pexpire(it.key, self._milliseconds)
                return await pipe.execute()

        if await self._redis.ask(write) is None:
            return False
        # kept until now: a reader meanwhile has to wait for them too
        said = set(late)
        self._unsaid = [it for it in self._unsaid if it not in said]
        return True

    async def _doubt(self) -> None:
        """Tell all workers that notes may be missing, for as long as a note made now would last."""

        async def tell() -> list[Any]:
            async with self._redis.commands.pipeline(transaction=True) as pipe:
                pipe.set(DOUBT, 1, px=self._milliseconds)
                pipe.set(SETTLED, 1)
                return await pipe.execute()

        self._has_lost_some = await self._redis.ask(tell) is None


def key(user_id: UUID) -> str:
    """Return the key of a user's writes."""
    return f"{PREFIX}{user_id}"
