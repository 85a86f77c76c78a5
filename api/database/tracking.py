"""What a replica must have before it may answer a user.

That is what the user has written, what was written for them, and everything that is too old to be
noted as such. The replica itself checks it in the transaction that reads, without a round trip.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from api.database.direct import Direct
from api.database.last_writes import LastWrites
from api.database.positions import Positions
from api.identity.caller import Caller
from api.redis_client import RedisClient
from api.settings import Settings

NO_REPLICA: Final = 2
BEHIND: Final = 0
"""How many rows the condition returns if it is not met."""


class Required(NamedTuple):
    """What a replica must have before it may answer."""

    transactions: Sequence[int] = ()
    """Ids of transactions that must be visible."""
    position: str | None = None
    """A position in the primary's log."""

    def condition(self) -> str:
        """Write the condition of a read: one row if it may be answered here.

        `pg_xact_status` raises an error for an id that this server has not seen, hence the order.
        """
        checks = []
        if self.position is not None:
            checks.append(f"pg_last_wal_replay_lsn() >= '{self.position}'::pg_lsn")
        if self.transactions:
            ids = ",".join(map(str, self.transactions))
            checks.append(
                # numbers, which we have read as such
                f"not exists (select from unnest('{{{ids}}}'::xid8[]) as id where case"  # noqa: S608
                " when id < pg_snapshot_xmax(pg_current_snapshot())"
                " then pg_xact_status(id) is distinct from 'committed' else true end)"
            )
        return (
            ";select from generate_series(1, case"
            f" when not pg_is_in_recovery() then {NO_REPLICA}"
            f" when {' and '.join(checks) or 'true'} then 1 else {BEHIND} end)"
        )


class Tracking:
    """What each user must see: Redis has their last writes, the primary's log all that is older."""

    def __init__(self, settings: Settings, primary: Direct) -> None:
        """Take the settings; the first question connects."""
        seconds = settings.read_your_writes
        self._redis = RedisClient(settings.rate_limit_storage, "all reads go to the primary")
        self._positions = Positions(primary.ask, seconds)
        self.writes = LastWrites(self._redis, seconds)

    async def required(self, caller: Caller) -> Required | None:
        """Return what a replica must have to answer this caller; `None` if that is unknown."""
        position = self._positions.required()
        if position is None:
            return None
        transactions = await self.writes.of(caller.user_id)
        return None if transactions is None else Required(transactions, position)

    async def close(self) -> None:
        """Close the connections to Redis."""
        await self._positions.close()
        await self._redis.close()
