"""A thousand writes while something happens to Postgres, and the books compared afterwards."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import count, takewhile
from uuid import uuid4

import psycopg

from api.database.caller import Upstream
from api.database.query import Shape, parameter, table
from api.errors import ApiError
from api.identity.caller import Caller
from local.stack import Stack
from tests import actors
from tests.database.backends import direct, settings_for

AT_A_TIME = 20
CREATE = Shape.of(
    table("study_sessions")
    .insert({"profile_id": parameter("owner"), "title": parameter("title")})
    .select("id")
)


class Ledger:
    """What was said of each write, by its title: `made`, or an error's code."""

    def __init__(self, stack: Stack) -> None:
        with psycopg.connect(stack.database_url, autocommit=True) as sql:
            self.owner = Caller(actors.new_user(sql, stack.jwt_secret).id)
        self.stack = stack
        self.told: dict[str, str] = {}

    def fill(self, writes: int, fault: Callable[[], None], **settings: str) -> None:
        """Write so often before, without a pause during, and so often after the fault.

        All over the same pool, which nobody starts again.
        """

        async def story() -> None:
            async with direct(self.stack, api_database_connections=8, **settings) as backend:
                upstream = Upstream(settings_for(self.stack, **settings), backend)
                await self.some(upstream, iter(range(writes)))
                happening = asyncio.create_task(asyncio.to_thread(fault))
                await self.some(upstream, takewhile(lambda _: not happening.done(), count()))
                await happening
                await self.some(upstream, iter(range(writes)))
                # over when it is over
                await upstream.as_caller(self.owner).insert(
                    CREATE.query(owner=self.owner.user_id, title="last")
                )

        asyncio.run(story())

    async def some(self, upstream: Upstream, numbers: Iterator[int]) -> None:
        """Write once for each number, twenty at a time."""

        async def work() -> None:
            for _ in numbers:
                await self.write(upstream)

        await asyncio.gather(*(work() for _ in range(AT_A_TIME)))

    async def write(self, upstream: Upstream) -> None:
        """Write once, and note what was said."""
        title = str(uuid4())
        try:
            await upstream.as_caller(self.owner).insert(
                CREATE.query(owner=self.owner.user_id, title=title)
            )
        except ApiError as error:
            self.told[title] = error.code
            await asyncio.sleep(0.05)
        else:
            self.told[title] = "made"

    def compare(self, database_url: str) -> None:
        """Every answer given was true."""
        with psycopg.connect(database_url) as sql:
            rows = sql.execute(
                "select title, count(*) from public.study_sessions"
                " where profile_id = %s group by 1",
                [self.owner.user_id],
            ).fetchall()
        there: dict[str, int] = dict(rows)
        assert set(self.told.values()) <= {"made", "DATABASE_UNAVAILABLE", "OUTCOME_UNKNOWN"}
        assert max(there.values()) == 1
        made = {title for title, word in self.told.items() if word == "made"}
        assert made < self.told.keys(), "nothing failed: no write met the fault"
        assert made - there.keys() == set(), "lost"
        refused = {title for title, word in self.told.items() if word == "DATABASE_UNAVAILABLE"}
        assert refused & there.keys() == set(), "happened after a 503"
