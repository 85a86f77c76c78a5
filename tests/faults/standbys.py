"""What happens when a standby takes over, and when the old primary comes back.

With direct connections only: the API has the addresses of both, the old primary's first.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from local.postgres import SUPERUSER
from tests.faults.scenarios import AWAY_SECONDS, Scenario, elsewhere
from tests.faults.site import Site, send
from tests.standby import Standby

CUT_OFF_SECONDS = 1.0
LAG_SECONDS = 1.0
"""More than an asynchronous standby that streams is ever behind here."""
FOLLOW_SECONDS = 30


@asynccontextmanager
async def primary_replaced(site: Site) -> AsyncIterator[None]:
    """Postgres: kill -9; its synchronous standby is promoted."""
    with psycopg.connect(site.stack.superuser_url, autocommit=True) as sql:
        sql.execute("alter system set synchronous_standby_names = '*'")
        sql.execute("select pg_reload_conf()")
    await asyncio.sleep(AWAY_SECONDS)
    await kill_the_primary(site)
    await promote(site)
    yield


@asynccontextmanager
async def primary_replaced_asynchronous(site: Site) -> AsyncIterator[None]:
    """Postgres: kill -9; its asynchronous standby is promoted."""
    site.may_lose_from = time.monotonic() - LAG_SECONDS
    await kill_the_primary(site)
    await promote(site)
    yield


@asynccontextmanager
async def primary_replaced_behind(site: Site) -> AsyncIterator[None]:
    """Postgres: kill -9; its asynchronous standby, disconnected 1 s before, is promoted."""
    site.may_lose_from = time.monotonic() - LAG_SECONDS
    with psycopg.connect(the_standby(site).superuser_url, autocommit=True) as sql:
        sql.execute("alter system set primary_conninfo = ''")
        sql.execute("select pg_reload_conf()")
    await asyncio.sleep(CUT_OFF_SECONDS)
    await kill_the_primary(site)
    await promote(site)
    yield


@asynccontextmanager
async def leader_returns_fenced(site: Site) -> AsyncIterator[None]:
    """Postgres: stopped, its standby is promoted; it returns as a standby, and the API restarts."""
    await hand_over(site)
    follow(site)
    await elsewhere(site.postgres.start)
    await elsewhere(lambda: until_it_follows(site))
    await restart_the_api(site)
    yield


@asynccontextmanager
async def leader_returns_unfenced(site: Site) -> AsyncIterator[None]:
    """The same without fencing: it returns as a primary."""
    await hand_over(site)
    await elsewhere(site.postgres.start)
    site.second_primary = site.stack.superuser_url
    await restart_the_api(site)
    yield


def the_standby(site: Site) -> Standby:
    assert site.standby is not None
    return site.standby


async def kill_the_primary(site: Site) -> None:
    send(site.postgres, signal.SIGKILL)
    await elsewhere(site.postgres.stop)


async def promote(site: Site) -> None:
    """Promote the standby as late as a manager does."""
    await asyncio.sleep(AWAY_SECONDS)
    await elsewhere(the_standby(site).promote)
    site.database_url = the_standby(site).superuser_url


async def hand_over(site: Site) -> None:
    """Stop the primary, which sends the standby everything first; let users work on the new one."""
    await elsewhere(site.postgres.stop)
    await promote(site)
    await asyncio.sleep(AWAY_SECONDS)


async def restart_the_api(site: Site) -> None:
    """Forget which host took writes: a new process asks the first host first."""
    await elsewhere(site.api.stop)
    await elsewhere(site.api.start)


def follow(site: Site) -> None:
    """Fence the old primary as Patroni does: it can only start as a standby of the new one."""
    data = site.stack._postgres.socket_folder / "data"
    new = the_standby(site)
    with (data / "postgresql.auto.conf").open("a") as file:
        host = f"host={new.socket_folder} port={new.port} user={SUPERUSER}"
        file.write(f"primary_conninfo = '{host}'\n")
    (data / "standby.signal").touch()


def until_it_follows(site: Site) -> None:
    """Wait until the old primary streams from the new one."""
    deadline = time.monotonic() + FOLLOW_SECONDS
    query = "select pg_is_in_recovery(), (select status from pg_stat_wal_receiver)"
    with psycopg.connect(site.stack.superuser_url, autocommit=True) as sql:
        while sql.execute(query).fetchone() != (True, "streaming"):
            if time.monotonic() > deadline:
                raise AssertionError("the old primary does not follow the new one")
            time.sleep(0.05)


WITH_A_STANDBY: tuple[Scenario, ...] = (
    primary_replaced,
    primary_replaced_asynchronous,
    primary_replaced_behind,
    leader_returns_fenced,
    leader_returns_unfenced,
)
