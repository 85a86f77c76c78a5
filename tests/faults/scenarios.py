"""What is taken away, and how it comes back. Each runs while the users work."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import psycopg

from local.addresses import HOST, is_healthy
from tests.faults.site import START_SECONDS, Site, pid, send

AWAY_SECONDS = 2.0
FROZEN_SECONDS = 10.0

Scenario = Callable[[Site], AbstractAsyncContextManager[None]]
"""The fault lasts from entering to leaving the block."""


# Linux ends a child with the thread that has started it: this one lasts
_THREAD = ThreadPoolExecutor(1)


async def elsewhere(work: Callable[[], None]) -> None:
    """Do what takes a while, and let the users work on."""
    await asyncio.get_running_loop().run_in_executor(_THREAD, work)


@asynccontextmanager
async def nothing(_: Site) -> AsyncIterator[None]:
    """Nothing: what the others are compared with."""
    await asyncio.sleep(AWAY_SECONDS)
    yield


@asynccontextmanager
async def postgres_killed(site: Site) -> AsyncIterator[None]:
    """Postgres: kill -9, started again."""
    send(site.postgres, signal.SIGKILL)
    await elsewhere(site.postgres.stop)
    await asyncio.sleep(AWAY_SECONDS)
    await elsewhere(site.postgres.start)
    yield


@asynccontextmanager
async def postgrest_killed(site: Site) -> AsyncIterator[None]:
    """PostgREST: kill -9, started again."""
    os.kill(pid(site.postgrest), signal.SIGKILL)
    await elsewhere(site.postgrest.stop)
    await asyncio.sleep(AWAY_SECONDS)
    await elsewhere(site.postgrest.start)
    yield


@asynccontextmanager
async def postgrest_restarted(site: Site) -> AsyncIterator[None]:
    """PostgREST: SIGTERM, and at once a new one, which listens before it has read the schema."""

    def restart() -> None:
        site.postgrest.stop()
        site.postgrest.start()

    await elsewhere(restart)
    yield


@asynccontextmanager
async def worker_killed(site: Site) -> AsyncIterator[None]:
    """An API worker of two: kill -9; uvicorn starts another."""
    site.workers()[0].kill()
    yield


@asynccontextmanager
async def postgrest_frozen(site: Site) -> AsyncIterator[None]:
    """PostgREST: SIGSTOP for 10 s."""
    send(site.postgrest, signal.SIGSTOP)
    try:
        await asyncio.sleep(FROZEN_SECONDS)
    finally:
        send(site.postgrest, signal.SIGCONT)
    yield


@asynccontextmanager
async def redis_killed(site: Site) -> AsyncIterator[None]:
    """Redis: stopped, started again."""
    await elsewhere(site.redis.stop)
    await asyncio.sleep(AWAY_SECONDS)
    await elsewhere(site.redis.start)
    yield


@asynccontextmanager
async def pool_exhausted(site: Site) -> AsyncIterator[None]:
    """All of PostgREST's connections wait for a lock, for 6 s."""
    with psycopg.connect(site.database_url) as sql:
        sql.execute(
            "lock table public.wingman_sessions, public.chat_messages, public.study_sessions"
            " in access exclusive mode"
        )
        await asyncio.sleep(6)
    yield


@asynccontextmanager
async def slow_clients(site: Site) -> AsyncIterator[None]:
    """100 clients send a byte a second for 6 s, half of them in the headers, half in the body."""
    head = b"POST /api/v1/study/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n"
    streams = [await asyncio.open_connection(HOST, site.port) for _ in range(100)]
    for number, (_, writer) in enumerate(streams):
        writer.write(head if number % 2 else b"GET / HTTP/1.1\r\nX-Slow: ")
    for _ in range(6):
        await asyncio.sleep(1)
        for _, writer in streams:
            writer.write(b"x")
    for _, writer in streams:
        writer.close()
    yield


@asynccontextmanager
async def api_stopped(site: Site) -> AsyncIterator[None]:
    """The API: SIGTERM, which lets it finish what is under way; started again."""
    await elsewhere(site.api.stop)
    await elsewhere(site.api.start)
    yield


@asynccontextmanager
async def keys_away(site: Site) -> AsyncIterator[None]:
    """The API: restarted while the project's public keys cannot be fetched, for 2 s more."""
    await elsewhere(site.api.stop)
    site.keys.status = 503
    try:
        starting = asyncio.create_task(elsewhere(site.api.start))
        await until_ready(site, time.monotonic() + START_SECONDS, "/healthz")
        await asyncio.sleep(AWAY_SECONDS)
        if starting.done() or await asyncio.to_thread(is_healthy, site.port, "/readyz"):
            raise AssertionError("the API says that it is ready, and can verify nobody")
    finally:
        site.keys.status = 200
    await starting
    yield


SCENARIOS: tuple[Scenario, ...] = (
    nothing,
    postgres_killed,
    postgrest_killed,
    postgrest_restarted,
    worker_killed,
    postgrest_frozen,
    redis_killed,
    pool_exhausted,
    slow_clients,
    api_stopped,
    keys_away,
)


async def until_ready(site: Site, deadline: float, path: str = "/readyz") -> None:
    """Wait until the site serves again; the load tells how long that took."""
    while time.monotonic() < deadline:
        if await asyncio.to_thread(is_healthy, site.port, path):
            return
        await asyncio.sleep(0.05)
