"""The pool of direct connections: who gets which, when several things happen in one turn."""

import asyncio
from collections.abc import Callable

import pytest

from api.database import pool
from api.database.direct import Direct
from api.database.pool import Link, Pool
from local.project import Project
from tests.database.backends import tell


@pytest.mark.parametrize("end", [Pool.release, Pool.discard])
def test_who_leaves_in_the_turn_in_which_it_would_be_served(
    end: Callable[[Pool, Link], None], stack: Project
) -> None:
    """By a connection that is released, or by the room that a discarded one leaves."""

    async def story(backend: Direct) -> None:
        link = await backend.pool.acquire()
        waiting = asyncio.create_task(backend.pool.acquire())
        await asyncio.sleep(0)
        end(backend.pool, link)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        async with asyncio.timeout(5):
            following = await backend.pool.acquire()
        assert (following is link) is (end is Pool.release)
        backend.pool.release(following)

    tell(stack, story, api_database_connections=1)


def test_one_in_use_is_not_kept_after_a_renewal(stack: Project) -> None:
    async def story(backend: Direct) -> None:
        link = await backend.pool.acquire()
        backend.pool.renew()
        backend.pool.release(link)
        another = await backend.pool.acquire()
        assert another is not link
        assert link.connection.is_closed()
        backend.pool.release(another)

    tell(stack, story, api_database_connections=1)


@pytest.mark.parametrize(("seconds", "is_kept"), [(0.0, False), (60.0, True)])
def test_one_that_was_idle_for_too_long(
    seconds: float, is_kept: bool, stack: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "LONGEST_IDLE", seconds)

    async def story(backend: Direct) -> None:
        link = await backend.pool.acquire()
        backend.pool.release(link)
        next_one = await backend.pool.acquire()
        assert (next_one is link) is is_kept
        backend.pool.release(next_one)

    tell(stack, story, api_database_connections=1)
