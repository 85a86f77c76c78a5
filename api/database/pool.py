"""A bounded pool of connections to Postgres, first come first served.

asyncpg's own pool has an unbounded queue, and requires an open transaction to be ended before its
connection is released. Here the next request ends it, in the message that begins its own
transaction, which saves each read a round trip.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import asyncpg

from api.database.backend import NoAnswerError
from api.database.shares import Shares
from api.observability import metrics

LONGEST_IDLE: Final = 300.0
"""Seconds after which an unused connection is not used again: a firewall may have cut it."""
LONGEST_UNDO: Final = 1.0
"""Seconds to wait for the server to stop an abandoned transaction; then the connection is cut."""
LONGEST_UNFINISHED: Final = 0.005
"""Seconds that a finished read's transaction stays open for the next request to end."""

FAILED: Final = (
    OSError,  # includes TimeoutError
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.exceptions.InternalClientError,
)
"""What an operation on a lost connection may raise."""

Connect = Callable[[], Awaitable["asyncpg.Connection[Any]"]]


class Link:
    """A connection, and the statement that ends its last transaction."""

    __slots__ = ("connection", "ending", "finish", "generation", "idle_since", "is_used", "user_id")

    def __init__(self, connection: "asyncpg.Connection[Any]", generation: int) -> None:
        self.connection = connection
        self.generation = generation
        self.ending = ""
        self.finish: asyncio.TimerHandle | None = None
        self.idle_since = 0.0
        self.is_used = False
        self.user_id: UUID | None = None
        """Whose place it takes."""


class Pool:
    """Connections, made when needed and kept for reuse.

    Args:
        connect: makes one.
        most: how many at most.
        most_waiting: how many requests may wait for one.

    """

    def __init__(self, connect: Connect, most: int, most_waiting: int) -> None:
        self._connect = connect
        self._most = most
        self._most_waiting = most_waiting
        self._shares = Shares(most, most_waiting)
        self._idle: list[Link] = []
        self._waiting: deque[asyncio.Future[Link | None]] = deque()
        self._size = 0
        self._told = 0
        self._generation = 0
        self._links: set[Link] = set()
        self._undoing: set[asyncio.Task[None]] = set()

    @property
    def busy(self) -> int:
        """How many connections are in use."""
        return self._size - len(self._idle)

    @property
    def waiting(self) -> int:
        """How many requests wait for one."""
        return len(self._waiting) + self._shares.waiting

    async def acquire(self, user_id: UUID | None = None) -> Link:
        """Take a connection; return it with `release`, `undo` or `discard`.

        Args:
            user_id: for whom. No user has more than a part of the connections.

        Raises:
            NoAnswerError: too many requests are already waiting.
            OSError: the server is unreachable. Errors of asyncpg are raised as well.

        """
        if user_id is None:
            return await self._take()
        await self._shares.enter(user_id)
        try:
            link = await self._take()
        except BaseException:
            self._shares.leave(user_id)
            raise
        link.user_id = user_id
        return link

    async def _take(self) -> Link:
        while self._idle:
            link = self._idle.pop()
            if link.finish is not None:
                link.finish.cancel()
                link.finish = None
            if self._is_usable(link):
                self._tell()
                return link
            self._cut(link)
            self._size -= 1
        if self._size < self._most:
            self._size += 1
            self._tell()
        else:
            given = await self._wait()
            if given is not None:
                return given
        try:
            link = Link(await self._connect(), self._generation)
        except BaseException:
            self._free()
            raise
        self._links.add(link)
        return link

    async def _wait(self) -> Link | None:
        """Wait for a connection, or for room to make one."""
        if len(self._waiting) >= self._most_waiting:
            raise NoAnswerError("too many requests wait for a connection")
        waiter: asyncio.Future[Link | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        metrics.DATABASE_WAITING.inc()
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.cancelled():
                with suppress(ValueError):  # already handed over
                    self._waiting.remove(waiter)
            elif (given := waiter.result()) is None:
                self._free()
            else:
                self.release(given, given.ending)
            raise
        finally:
            metrics.DATABASE_WAITING.dec()

    def release(self, link: Link, ending: str = "") -> None:
        """Return a connection whose transaction `ending` will end: `commit;` or `rollback;`."""
        self._leave(link)
        link.ending = ending
        if not self._is_usable(link):
            self.discard(link)
            return
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(link)
                return
        loop = asyncio.get_running_loop()
        link.idle_since = loop.time()
        if ending:
            link.finish = loop.call_later(LONGEST_UNFINISHED, self._finish, link)
        self._idle.append(link)
        self._tell()

    def discard(self, link: Link) -> None:
        """Cut a connection that cannot be used any more."""
        self._leave(link)
        self._cut(link)
        self._free()

    def undo(self, link: Link) -> None:
        """Have the server cancel and roll back what runs on a connection, then keep it."""
        self._in_background(link, "rollback")

    def renew(self) -> None:
        """Reuse none of the connections made so far."""
        self._generation += 1
        while self._idle:
            self.discard(self._idle.pop())

    async def close(self) -> None:
        """Close all connections, and cut those that are in use."""
        if self._undoing:
            await asyncio.wait(self._undoing)
        for link in self._idle:
            if link.finish is not None:
                link.finish.cancel()
            with suppress(*FAILED):
                await link.connection.close(timeout=LONGEST_UNDO)
            self._links.discard(link)
        self._idle.clear()
        for link in tuple(self._links):
            self._cut(link)
        await asyncio.sleep(0)  # those that were cut are closed by then

    def _finish(self, link: Link) -> None:
        link.finish = None
        self._idle.remove(link)
        self._in_background(link, link.ending)

    def _in_background(self, link: Link, ending: str) -> None:
        task = asyncio.create_task(self._end(link, ending))
        self._undoing.add(task)
        task.add_done_callback(self._undoing.discard)

    async def _end(self, link: Link, ending: str) -> None:
        try:
            await link.connection.execute(ending, timeout=LONGEST_UNDO)
        except FAILED as error:
            if isinstance(error, TimeoutError):
                self.renew()  # a server that does not answer this will not answer the others either
            self.discard(link)
        else:
            self.release(link)

    def _is_usable(self, link: Link) -> bool:
        if link.connection.is_closed() or link.generation != self._generation:
            return False
        idle_since = link.idle_since
        link.idle_since = 0.0
        return not idle_since or (asyncio.get_running_loop().time() - idle_since < LONGEST_IDLE)

    def _cut(self, link: Link) -> None:
        if link.finish is not None:
            link.finish.cancel()
            link.finish = None
        self._links.discard(link)
        link.connection.terminate()

    def _leave(self, link: Link) -> None:
        """Give back the place of the connection's user."""
        user_id, link.user_id = link.user_id, None
        if user_id is not None:
            self._shares.leave(user_id)

    def _tell(self) -> None:
        # by difference: there is a pool for the primary and one for each replica
        metrics.DATABASE_BUSY.inc(self.busy - self._told)
        self._told = self.busy

    def _free(self) -> None:
        """Let the next waiting request make a connection."""
        self._size -= 1
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                self._size += 1
                waiter.set_result(None)
                return
        self._tell()
