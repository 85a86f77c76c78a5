"""Whoever the check lets read at a standby sees the row, whatever else is being committed.

The whole number of checks: `VISIBILITY_CHECKS=4500`, as in `.ci/run`.
"""

import asyncio
import os
import random
from uuid import uuid4

import asyncpg
import pytest

from api.database.tracking import Required
from local.stack import Stack
from tests.standby import Standby

CHECKS = int(os.environ.get("VISIBILITY_CHECKS", "450"))
WRITERS = 4
INSERT = (
    "insert into public.study_sessions (profile_id, title) values ($1, $2)"
    " returning pg_current_xact_id()::text"
)
IS_THERE = "select exists (select from public.study_sessions where title = $1)"


@pytest.mark.parametrize("milliseconds", [0, 5, 100])
def test_row_is_there(milliseconds: int, primary: Stack, replica: Standby) -> None:
    checks = CHECKS // 3
    replica.lag(0)
    replica.lag(milliseconds)
    seen = asyncio.run(check(primary, replica, checks))
    assert seen[True, False] == 0, "the check let somebody read, and the row was not there"
    # it was asked before, during and after the commit's replay, and was right about that
    assert seen[True, True] > 0
    assert seen[False, False] > 0


async def check(primary: Stack, replica: Standby, checks: int) -> dict[tuple[bool, bool], int]:
    """Count how often the check passed and the row was there."""
    chance = random.Random(0)  # noqa: S311 - reproducible, and no secret
    seen = dict.fromkeys(((a, b) for a in (True, False) for b in (True, False)), 0)
    written: asyncio.Queue[tuple[int, str] | None] = asyncio.Queue()
    owner = uuid4()

    async def write() -> None:
        connection = await asyncpg.connect(primary.superuser_url)
        while sum(seen.values()) < checks:
            title = str(uuid4())
            transaction = connection.transaction()
            await transaction.start()
            written.put_nowait((int(await connection.fetchval(INSERT, owner, title)), title))
            # in another order than they began
            await asyncio.sleep(chance.random() * 0.01)
            await transaction.commit()
        await connection.close()

    async def look() -> None:
        connection = await asyncpg.connect(replica.superuser_url)
        while sum(seen.values()) < checks:
            row = await written.get()
            if row is None:  # no more will be written
                break
            number, title = row
            condition = Required([number]).condition()
            while True:
                status = await connection.execute(f"begin read only{condition}")
                is_there = await connection.fetchval(IS_THERE, title)
                await connection.execute("commit")
                seen[status == "SELECT 1", is_there] += 1
                if is_there:
                    break
        await connection.close()

    owner_made = await asyncpg.connect(primary.superuser_url)
    await owner_made.execute("insert into auth.users (id) values ($1)", owner)
    await owner_made.close()
    async with asyncio.timeout(60):
        lookers = asyncio.gather(look(), look())
        await asyncio.gather(*(write() for _ in range(WRITERS)))
        for _ in range(2):
            written.put_nowait(None)
        await lookers
    return seen
