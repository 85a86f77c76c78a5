"""Connections to the database, as `supabase_auth_admin`."""

import json
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

Database: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
_MOST_CONNECTIONS = 5
_SECONDS = 5


def connections(url: str) -> Pool:
    """Return a pool that connects when it is first used: the database may start later."""
    return asyncpg.create_pool(
        url, min_size=0, max_size=_MOST_CONNECTIONS, command_timeout=_SECONDS, init=_read_json
    )


async def _read_json(connection: Database) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads
    )
