"""kill -9 of Postgres in the middle of a thousand writes: every answer given was true."""

import asyncio
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psutil
import psycopg

from api.database.caller import Upstream
from api.database.query import Shape, parameter, table
from api.errors import ApiError
from api.identity.caller import Caller
from local.stack import Stack
from tests import actors
from tests.database.backends import direct, settings_for

WRITES = 1000
AT_A_TIME = 20
# Linux ends a child with the thread that has started it: this one lasts
_THREAD = ThreadPoolExecutor(1)
CREATE = Shape.of(
    table("study_sessions")
    .insert({"profile_id": parameter("owner"), "title": parameter("title")})
    .select("id")
)


def test_thousand_writes(embedded: Stack) -> None:
    with psycopg.connect(embedded.database_url, autocommit=True) as sql:
        owner = Caller(actors.new_user(sql, embedded.jwt_secret).id)
    told: dict[str, str] = {}

    async def write(upstream: Upstream) -> None:
        title = str(uuid4())
        try:
            await upstream.as_caller(owner).insert(CREATE.query(owner=owner.user_id, title=title))
        except ApiError as error:
            told[title] = error.code
            await asyncio.sleep(0.05)
        else:
            told[title] = "made"

    async def story() -> None:
        async with direct(embedded, api_database_connections=8) as backend:
            upstream = Upstream(settings_for(embedded), backend)
            left = iter(range(WRITES))

            async def work() -> None:
                for number in left:
                    if number == WRITES // 2:
                        fault.append(
                            asyncio.create_task(asyncio.to_thread(kill_and_start, embedded))
                        )
                    await write(upstream)

            fault: list[asyncio.Task[None]] = []
            await asyncio.gather(*(work() for _ in range(AT_A_TIME)))
            await asyncio.gather(*fault)
            # over when it is over: the same pool serves, nobody has started it again
            await upstream.as_caller(owner).insert(CREATE.query(owner=owner.user_id, title="last"))

    asyncio.run(story())
    with psycopg.connect(embedded.database_url) as sql:
        rows = sql.execute(
            "select title, count(*) from public.study_sessions where profile_id = %s group by 1",
            [owner.user_id],
        ).fetchall()
    there: dict[str, int] = dict(rows)
    words = Counter(told.values())
    assert set(words) <= {"made", "DATABASE_UNAVAILABLE", "OUTCOME_UNKNOWN"}
    assert words["made"] > WRITES / 3
    assert words["DATABASE_UNAVAILABLE"] > 0
    assert max(there.values()) == 1
    assert [title for title, word in told.items() if word == "made" and title not in there] == []
    refused = [title for title, word in told.items() if word == "DATABASE_UNAVAILABLE"]
    assert [title for title in refused if title in there] == []


def kill_and_start(stack: Stack) -> None:
    """Kill every process of Postgres, and start it again."""
    server = stack._postgres.server
    assert server is not None
    assert server._process is not None
    parent = psutil.Process(server._process.pid)
    for process in (parent, *parent.children(recursive=True)):
        process.send_signal(signal.SIGKILL)
    server.stop()
    _THREAD.submit(server.start).result()
