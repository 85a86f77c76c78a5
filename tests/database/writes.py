"""A thousand writes while something happens to Postgres, and the books compared afterwards."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count, cycle, takewhile
from uuid import uuid4

import psycopg

from api.database.caller import Upstream
from api.database.query import Shape, parameter, table
from api.errors import ApiError
from api.identity.caller import Caller
from local.stack import Stack
from tests import actors
from tests.actors import Sql
from tests.database.backends import direct, settings_for
from tests.database.study_queries import until

AT_A_TIME = 20
USERS = 4
CREATE = Shape.of(
    table("study_sessions")
    .insert({"profile_id": parameter("owner"), "title": parameter("title")})
    .select("id")
)


class Ledger:
    """What was said of each write, by its title: `made`, or an error's code."""

    def __init__(
        self, stack: Stack, interrupted: frozenset[str] = frozenset({"DATABASE_UNAVAILABLE"})
    ) -> None:
        self.interrupted = interrupted
        """What may be said of the write that waits for a lock when the fault comes."""
        with psycopg.connect(stack.database_url, autocommit=True) as sql:
            owners = [Caller(actors.new_user(sql, stack.jwt_secret).id) for _ in range(USERS + 1)]
        self.held_up, *others = self.owners = owners
        self.next_owner = cycle(others)
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
                async with self.one_held_up(upstream):
                    happening = asyncio.create_task(asyncio.to_thread(fault))
                    await self.some(upstream, takewhile(lambda _: not happening.done(), count()))
                    await happening
                await self.some(upstream, iter(range(writes)))
                # over when it is over
                await self.write(upstream, self.held_up, "last")
                assert self.told["last"] == "made"

        asyncio.run(story())

    @asynccontextmanager
    async def one_held_up(self, upstream: Upstream) -> AsyncIterator[None]:
        """Have one write wait for a lock when the fault comes: on any machine it meets it."""
        owner = self.held_up.user_id
        with psycopg.connect(self.stack.superuser_url) as holder:
            holder.execute("select from auth.users where id = %s for update", [owner])
            writing = asyncio.create_task(self.write(upstream, self.held_up, "held up"))
            with psycopg.connect(self.stack.superuser_url, autocommit=True) as sql:
                await until(lambda: writing.done() or is_waiting(sql))
            yield
            await writing
            holder.close()
        assert self.told["held up"] in self.interrupted

    async def some(self, upstream: Upstream, numbers: Iterator[int]) -> None:
        """Write once for each number, twenty at a time."""

        async def work() -> None:
            for _ in numbers:
                await self.write(upstream, next(self.next_owner), str(uuid4()))

        await asyncio.gather(*(work() for _ in range(AT_A_TIME)))

    async def write(self, upstream: Upstream, owner: Caller, title: str) -> None:
        """Write once, and note what was said."""
        try:
            await upstream.as_caller(owner).insert(CREATE.query(owner=owner.user_id, title=title))
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
                " where profile_id = any(%s) group by 1",
                [[owner.user_id for owner in self.owners]],
            ).fetchall()
        there: dict[str, int] = dict(rows)
        assert set(self.told.values()) <= {"made", "DATABASE_UNAVAILABLE", "OUTCOME_UNKNOWN"}
        assert max(there.values()) == 1
        made = {title for title, word in self.told.items() if word == "made"}
        assert made - there.keys() == set(), "lost"
        refused = {title for title, word in self.told.items() if word == "DATABASE_UNAVAILABLE"}
        assert refused & there.keys() == set(), "happened after a 503"


def is_waiting(sql: Sql) -> bool:
    """Whether a write of the API waits for a lock."""
    found = sql.execute(
        "select from pg_stat_activity"
        " where usename = 'session_api_login' and wait_event_type = 'Lock'"
    )
    return found.fetchone() is not None
