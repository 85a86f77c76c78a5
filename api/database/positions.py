"""How far the primary's log was, second by second: what a replica must have replayed by now."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from api.database.direct import LONGEST_COMMIT
from api.database.refusals import DatabaseError
from api.errors import ApiError

EVERY: Final = 1.0
"""Seconds between two questions to the primary, while replicas are read."""
LONGEST_QUESTION: Final = 1.0
LONGEST_WRITE: Final = LONGEST_COMMIT + 1
"""Seconds from the note of a write until it is in the log: all that is older is there."""
POSITION: Final = "select pg_catalog.pg_current_wal_flush_lsn()::text"


class Positions:
    """Bounds how old a replica's answer may be: it must contain every write that has no note left.

    Args:
        ask: Returns the primary's position.
        seconds: For how long writes are noted.

    """

    def __init__(self, ask: Callable[[str, float], Awaitable[str]], seconds: int) -> None:
        self._ask = ask
        self._longest = seconds - LONGEST_WRITE
        self._seen: deque[tuple[float, str]] = deque()
        self._asking: asyncio.Task[None] | None = None
        self._ask_again = 0.0

    def required(self) -> str | None:
        """Return the position that a replica must have replayed; `None` if it is unknown.

        The oldest that is young enough, so that a replica may lag by almost as many seconds.
        """
        now = asyncio.get_running_loop().time()
        if self._asking is None and now >= self._ask_again:
            self._ask_again = now + EVERY
            self._asking = asyncio.create_task(self._look(now))
        while self._seen and self._seen[0][0] < now - self._longest:
            self._seen.popleft()
        return self._seen[0][1] if self._seen else None

    async def close(self) -> None:
        """Wait for the question that is being asked."""
        if self._asking is not None:
            await asyncio.wait({self._asking})

    async def _look(self, now: float) -> None:
        try:
            self._seen.append((now, await self._ask(POSITION, now + LONGEST_QUESTION)))
        except (ApiError, DatabaseError, OSError):
            pass  # requests to the primary report it
        finally:
            self._asking = None
