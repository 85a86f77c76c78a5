"""A request given up at any moment: its connection is kept or cut, and its place is given back."""

import asyncio
from uuid import uuid4

import pytest

from api.database.direct import Direct
from api.database.query import Query
from api.identity.caller import Caller
from local.project import Project
from tests.actors import NewUser, Sql
from tests.database.backends import direct, soon
from tests.database.study_queries import CREATE, MINE, until

TURNS = (*range(40), *range(40, 400, 10), *range(400, 2_000, 100))
"""Turns of the event loop after which a request is given up. No clock."""


async def give_up(backend: Direct, query: Query, caller: Caller, turns: int) -> bool:
    """Cancel a request after so many turns of the event loop; return whether it was in time."""
    asking = asyncio.create_task(backend.run(query, caller, soon()))
    for _ in range(turns):
        if asking.done():
            break
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    return asking.cancelled()


def connections(sql: Sql) -> int:
    """How many connections of the API the server has."""
    found = sql.execute(
        "select count(*) from pg_stat_activity where application_name = 'session-api'"
        " and usename = 'session_api_login'"
    ).fetchone()
    assert found is not None
    return int(found[0])


@pytest.mark.parametrize("is_connected", [False, True], ids=["while connecting", "while asking"])
def test_at_any_moment(is_connected: bool, own_stack: Project, user: NewUser, sql: Sql) -> None:
    owner = Caller(user().id)
    before = connections(sql)

    async def story() -> int:
        in_time = 0
        async with direct(own_stack, api_database_connections=1) as backend:
            for turns in TURNS:
                if not is_connected:
                    backend.pool.renew()
                query = CREATE.query(owner=owner.user_id, title=str(uuid4()))
                in_time += await give_up(backend, query, owner, turns)
                found = await backend.run(MINE.query(), owner, soon())
                assert {row["profile_id"] for row in found.rows} <= {owner.user_id}
                assert backend.pool._size == 1
                assert backend.pool.waiting == 0
            await until(lambda: backend.pool.busy == 0)
            await until(lambda: connections(sql) == before + 1)
        return in_time

    assert asyncio.run(story()) > 10
    asyncio.run(gone(sql, before))


async def gone(sql: Sql, before: int) -> None:
    """Wait until the server has no connection more than before."""
    await until(lambda: connections(sql) <= before)
