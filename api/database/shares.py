"""Bounds what one user takes of a pool, so that nobody can keep everybody else waiting.

A request can be made to wait: its user deletes a row of their own through PostgREST, by a statement
that takes seconds, and meanwhile sends the API requests that need the row's lock.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Final
from uuid import UUID

from api.database.backend import NoAnswerError
from api.observability import metrics

PARTS: Final = 2
"""One user has at most a half."""


class Shares:
    """Each user's places, first come first served.

    Args:
        places: how many there are for all users.
        most_waiting: how many requests of all users may wait for one.

    """

    def __init__(self, places: int, most_waiting: int) -> None:
        self._most = max(1, places // PARTS)
        self._most_waiting = max(1, most_waiting // PARTS)
        self._taken: dict[UUID, int] = {}
        self._waiting: dict[UUID, deque[asyncio.Future[None]]] = {}

    @property
    def waiting(self) -> int:
        """How many requests wait until their user has a place."""
        return sum(map(len, self._waiting.values()))

    async def enter(self, user_id: UUID) -> None:
        """Take one of the user's places; give it back with `leave`.

        Raises:
            NoAnswerError: too many of this user's requests are already waiting.

        """
        taken = self._taken.get(user_id, 0)
        if taken < self._most:
            self._taken[user_id] = taken + 1
            return
        waiting = self._waiting.setdefault(user_id, deque())
        if len(waiting) >= self._most_waiting:
            raise NoAnswerError("too many requests of one user wait for a connection")
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(waiter)
        metrics.DATABASE_WAITING.inc()
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.cancelled():
                self._forget(user_id, waiter)
            else:
                self.leave(user_id)
            raise
        finally:
            metrics.DATABASE_WAITING.dec()

    def leave(self, user_id: UUID) -> None:
        """Give a place back: the user's next request takes it."""
        while waiting := self._waiting.get(user_id):
            waiter = waiting[0]
            self._forget(user_id, waiter)
            if not waiter.done():
                waiter.set_result(None)
                return
        if self._taken[user_id] == 1:
            del self._taken[user_id]
        else:
            self._taken[user_id] -= 1

    def _forget(self, user_id: UUID, waiter: asyncio.Future[None]) -> None:
        waiting = self._waiting.get(user_id, deque())
        with suppress(ValueError):  # `leave` was first
            waiting.remove(waiter)
        if not waiting:
            self._waiting.pop(user_id, None)
