"""The feed of changes: a replication slot, read while there are subscribers."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import asyncpg

from local.realtime import tables
from local.realtime.pgoutput import Change, Decoder
from local.realtime.tables import Table

if TYPE_CHECKING:
    from local.auth.database import Pool

# few: clients that join all at once must not take the API's connections
_MOST_CATALOG_CONNECTIONS = 2
_POLL_SECONDS = 0.05
_RETRY_SECONDS = 1.0
_IDLE_SECONDS = 30.0
_SLOT = "session_api_realtime"
_CHANGES = f"""
select data from pg_logical_slot_get_binary_changes(
  '{_SLOT}', null, null, 'proto_version', '1', 'publication_names', 'supabase_realtime'
)
"""  # noqa: S608 - our own name
logger = logging.getLogger(__name__)


class Feed:
    """Reads the commits to published tables, in commit order.

    There is a slot only while somebody listens, and a temporary one: none is ever left behind to
    keep the log from being recycled.

    Args:
        database_url: the database, for a role that may replicate.
        deliver: takes each change.

    """

    def __init__(
        self, database_url: str, deliver: Callable[[Table, Change], Awaitable[None]]
    ) -> None:
        self._database_url = database_url
        self._deliver = deliver
        self._listeners = 0
        self._reading: asyncio.Task[None] | None = None
        self._is_live = asyncio.Event()
        self.catalog: Pool
        """Connections that ask the catalog, while this is `open`."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Make it possible to join."""
        async with asyncpg.create_pool(
            self._database_url,
            min_size=0,
            max_size=_MOST_CATALOG_CONNECTIONS,
            timeout=5,
            command_timeout=5,
        ) as self.catalog:
            try:
                yield
            finally:
                await self._stop()

    async def join(self) -> None:
        """Begin to listen: changes committed after this returns are delivered."""
        self._listeners += 1
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_while_wanted())
        try:
            await self._is_live.wait()
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """Undo one `join`."""
        self._listeners -= 1

    async def _stop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading

    async def _read_while_wanted(self) -> None:
        try:
            while self._listeners:
                try:
                    await self._read()
                except Exception as error:
                    logger.warning("changes are not read", exc_info=error)
                    self._is_live.clear()
                    await asyncio.sleep(_RETRY_SECONDS)
        finally:
            self._is_live.clear()
            self._reading = None

    async def _read(self) -> None:
        # no timeout: creating a slot waits for open transactions
        db = await asyncpg.connect(self._database_url, timeout=5)
        try:
            await db.execute(
                "select pg_create_logical_replication_slot($1, 'pgoutput', true)", _SLOT
            )
            self._is_live.set()
            decoder, known = Decoder(), dict[int, Table | None]()
            wanted_at = asyncio.get_running_loop().time()
            while True:
                if not await self._read_once(db, decoder, known):
                    await asyncio.sleep(_POLL_SECONDS)
                now = asyncio.get_running_loop().time()
                wanted_at = now if self._listeners else wanted_at
                if now - wanted_at > _IDLE_SECONDS:
                    return
        finally:
            self._is_live.clear()
            await db.close(timeout=1)

    async def _read_once(
        self, db: asyncpg.Connection, decoder: Decoder, known: dict[int, Table | None]
    ) -> bool:
        is_any = False
        async with db.transaction():
            # with a cursor: a transaction may have changed a million rows
            async for (message,) in db.cursor(_CHANGES, prefetch=200):
                is_any = True
                if message[:1] == b"R":
                    known.clear()  # a table may have changed
                change = decoder.read(message)
                if change is None or not self._listeners:
                    continue
                if change.relation not in known:
                    known[change.relation] = await tables.find(db, change.relation)
                table = known[change.relation]
                if table is not None:
                    await self._deliver(table, change)
        return is_any
