"""One of several requests at the same time: it goes on only when its turn comes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import psycopg

from local.project import Project
from tests.actors import Sql
from tests.steps.outcomes import wire_to
from tests.steps.postgres_wire import PostgresWire
from tests.steps.site import Served, served, settings_for
from tests.steps.wire import Call, Wire, opened

COMMIT = b"Q\0\0\0\x0bcommit\0"
BIND = b"B"


class Lane:
    """Runs one request (or one statement of somebody else's) at a time, step by step."""

    def __init__(self, processes: set[int]) -> None:
        self._processes = processes
        self._task: asyncio.Task[Any] | None = None
        self._turn: asyncio.Future[None] | None = None

    @property
    def is_done(self) -> bool:
        return self._task is None or self._task.done()

    @property
    def waits(self) -> bool:
        """Whether it waits for its turn."""
        return self._turn is not None

    def is_blocked(self, sql: Sql) -> bool:
        """Whether it waits for another transaction, in Postgres."""
        query = "select bool_or(pg_blocking_pids(pid) <> '{}') from unnest(%s::int[]) as pid"
        found = sql.execute(query, [list(self._processes)]).fetchone()
        return found == (True,)

    def start(self, work: Awaitable[Any]) -> None:
        """Begin the work, which soon waits for its first turn."""
        self._task = asyncio.ensure_future(work)

    async def result(self) -> Any:
        """What came of it."""
        assert self._task is not None
        return await self._task

    async def wait(self) -> None:
        """Wait for the next turn; at once when nothing is being played."""
        if self.is_done:
            return
        self._turn = asyncio.get_running_loop().create_future()
        await self._turn

    def go(self) -> None:
        """Give it its turn."""
        turn, self._turn = self._turn, None
        assert turn is not None
        turn.set_result(None)


class RequestLane(Lane):
    """Requests to an API of its own, each of whose statements waits for a turn."""

    def __init__(self, api: Served, wire: Wire) -> None:
        super().__init__(wire.processes if isinstance(wire, PostgresWire) else set())
        self.api = api
        self._is_direct = isinstance(wire, PostgresWire)
        wire.before = self._before

    async def _before(self, call: Call) -> None:
        # to begin a transaction or to prepare a statement changes and sees nothing
        if not self._is_direct or call.asked == COMMIT or call.asked.startswith(BIND):
            await self.wait()


class StatementLane(Lane):
    """Statements of the project's own, outside of the API."""

    def __init__(self, connection: Sql) -> None:
        super().__init__({connection.info.backend_pid})
        self._connection = connection

    async def execute(self, statement: str, values: list[Any]) -> None:
        """Run a statement, which commits, when its turn comes."""
        await asyncio.sleep(0)  # the lane has begun
        await self.wait()
        await asyncio.to_thread(self._connection.execute, statement.encode(), values)


@asynccontextmanager
async def lanes(
    project: Project, backend: str, count: int
) -> AsyncIterator[tuple[list[RequestLane], StatementLane]]:
    """Open so many lanes for requests, and one for statements."""
    async with AsyncExitStack() as stack:
        opened_lanes = []
        for _ in range(count):
            wire = await stack.enter_async_context(opened(wire_to(project, backend)))
            settings = settings_for(project, backend, wire.port, patient=True)
            api = await stack.enter_async_context(served(settings))
            opened_lanes.append(RequestLane(api, wire))
        connection = stack.enter_context(psycopg.connect(project.database_url, autocommit=True))
        yield opened_lanes, StatementLane(connection)
