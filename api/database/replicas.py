"""The backend of a primary with read replicas, by direct connections.

A request that only reads is sent to a replica. The primary is asked if that replica fails, finds
nothing, or lacks something that the user must see (`api.database.tracking`). A request that writes
asks the primary for everything.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from api.database.backend import Backend, Found, NoAnswerError
from api.database.direct import Direct, UnmetError
from api.database.query import Query
from api.database.refusals import DatabaseError
from api.database.tracking import BEHIND, Required, Tracking
from api.errors import ApiError
from api.identity.caller import Caller
from api.observability import exchange
from api.observability.exchange import ReplicaRead
from api.settings import Settings

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
Ask = Callable[[Direct, Query, Caller, float, str], Coroutine[Any, Any, Result]]

PAUSE: Final = 1.0
"""Seconds for which a replica that failed is not asked; then a single request tries it again."""
LONGEST_READ: Final = 1.0
"""Seconds that a replica may take, but never more than half of what the request has left."""
NOTHING: Final = ("null", "false")
"""Values that only the primary may give."""


class Replica:
    """One replica, and whether it may be asked."""

    def __init__(self, direct: Direct) -> None:
        self.direct = direct
        self._has_failed = False
        self._ask_again = 0.0

    def is_available(self) -> bool:
        """Whether this request may ask it."""
        if not self._has_failed:
            return True
        now = asyncio.get_running_loop().time()
        if now < self._ask_again:
            return False
        self._ask_again = now + PAUSE
        return True

    def answered(self) -> None:
        """Ask it again from now on."""
        self._has_failed = False

    def failed(self, reason: str) -> None:
        """Leave it alone for a moment."""
        if not self._has_failed:
            logger.warning("a read replica is left alone: %s", reason)
        self._has_failed = True
        self._ask_again = asyncio.get_running_loop().time() + PAUSE


class Replicated:
    """A primary and its replicas. Everything but a request that only reads goes to the primary."""

    def __init__(self, settings: Settings) -> None:
        """Take the addresses; the first query connects."""
        assert settings.api_database_url is not None  # noqa: S101 - who chooses has looked
        primary = settings.api_database_url.get_secret_value()
        self.primary = Direct(settings, primary)
        self.tracking: Tracking | None = None
        if settings.read_your_writes:
            self.tracking = Tracking(settings, self.primary)
            self.primary.journal = self.tracking.writes
        self.replicas = [
            Replica(Direct(settings, url, "API_READ_DATABASE_URL")) for url in settings.replica_urls
        ]

    async def __aenter__(self) -> Self:
        """Do nothing yet, as `Direct`."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close all connections."""
        if self.tracking is not None:
            await self.tracking.close()
        for direct in (self.primary, *(replica.direct for replica in self.replicas)):
            await direct.__aexit__(kind, error, traceback)

    async def run(self, query: Query, caller: Caller, deadline: float) -> Found:
        """Run a query that returns rows."""
        return await self.primary.run(query, caller, deadline)

    async def value(self, query: Query, caller: Caller, deadline: float) -> str:
        """Call a function that returns one value, and return that value as JSON text."""
        return await self.primary.value(query, caller, deadline)

    def for_reading(self) -> Backend:
        """Return the backend for one request that only reads."""
        return Reading(self)

    async def required(self, caller: Caller) -> Required | None:
        """Return what a replica must have to answer this caller; `None` if that is unknown."""
        return Required() if self.tracking is None else await self.tracking.required(caller)

    def available(self, caller: Caller) -> Replica | None:
        """Choose a replica: the same for all of a user's reads, as long as it answers."""
        first = caller.user_id.int % len(self.replicas)
        for replica in (*self.replicas[first:], *self.replicas[:first]):
            if replica.is_available():
                return replica
        return None


class Reading:
    """The backend of one request that only reads.

    It asks a replica until that cannot answer, and the primary from then on: why nothing was found
    is asked where nothing was found.
    """

    def __init__(self, servers: Replicated) -> None:
        self._servers = servers
        self._is_at_primary = False

    async def run(self, query: Query, caller: Caller, deadline: float) -> Found:
        """Run a query that returns rows."""
        found = await self._at_replica(Direct.run, query, caller, deadline)
        if found is not None and found.rows:
            return found
        self._to_primary("empty")
        return await self._servers.primary.run(query, caller, deadline)

    async def value(self, query: Query, caller: Caller, deadline: float) -> str:
        """Call a function that returns one value, and return that value as JSON text."""
        value = await self._at_replica(Direct.value, query, caller, deadline)
        if value is not None and value not in NOTHING:
            return value
        self._to_primary("empty")
        return await self._servers.primary.value(query, caller, deadline)

    def for_reading(self) -> Self:
        """Return this backend."""
        return self

    async def _at_replica(
        self, ask: Ask[Result], query: Query, caller: Caller, deadline: float
    ) -> Result | None:
        """Ask a replica; `None` if it could not answer."""
        if self._is_at_primary:
            return None
        required = await self._servers.required(caller)
        if required is None:
            self._to_primary("untracked")
            return None
        replica = self._servers.available(caller)
        if replica is None:
            self._to_primary("skipped")
            return None
        now = asyncio.get_running_loop().time()
        soon = now + min(LONGEST_READ, (deadline - now) / 2)
        try:
            found = await ask(replica.direct, query, caller, soon, required.condition())
        except UnmetError as error:
            if error.rows == BEHIND:
                replica.answered()
                self._to_primary("behind")
            else:
                replica.direct.pool.renew()
                replica.failed("the server is not a replica")
        except (NoAnswerError, OSError) as error:
            replica.failed(str(error) if isinstance(error, NoAnswerError) else type(error).__name__)
        except ApiError as error:
            replica.failed(error.code)
        except DatabaseError:
            # refused this query alone, as when it conflicts with what the replica has to replay
            replica.answered()
        else:
            replica.answered()
            exchange.replica_read("served")
            return found
        self._to_primary("failed")
        return None

    def _to_primary(self, why: ReplicaRead) -> None:
        """Ask the primary from now on."""
        if not self._is_at_primary:
            self._is_at_primary = True
            exchange.replica_read(why)
