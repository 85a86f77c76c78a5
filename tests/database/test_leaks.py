"""No connection carries one caller's rows to the next: mixed requests, a tenth of them given up."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID, uuid4

import pytest

from api.database.backend import NoAnswerError, Row
from api.database.direct import Direct
from api.database.query import Query, Shape, parameter, table
from api.database.refusals import DatabaseError
from api.errors import ApiError
from api.identity.caller import Caller
from local.project import Project
from tests.actors import NewUser, Sql
from tests.database.backends import direct, soon
from tests.database.pgbouncer import pgbouncer
from tests.database.study_queries import until

REQUESTS = 10_000
USERS = 50
AT_A_TIME = 40
TURNS = 120
"""Turns of the event loop in which a request is given up: waiting, asking or reading. No clock."""

STUDY = table("study_sessions")
LIST = Shape.of(STUDY.select())
GET = Shape.of(STUDY.select().eq("id", parameter("id")))
CREATE = Shape.of(
    STUDY.insert({"profile_id": parameter("owner"), "title": parameter("title")}).select()
)
RENAME = Shape.of(STUDY.update({"title": parameter("title")}).eq("id", parameter("id")).select())
DELETE = Shape.of(STUDY.delete().eq("title", parameter("title")).select())


class Crowd:
    """Users who read and write their own sessions, and try the others'."""

    def __init__(self, users: list[UUID], sessions: list[UUID]) -> None:
        self.users = users
        self.sessions = sessions
        self.random = random.Random(5)  # noqa: S311 - the same story each time
        self.foreign: list[Row] = []
        self.answered = self.given_up = 0

    def query(self, owner: UUID) -> Query:
        """Something that this user asks, theirs or not."""
        anyone = self.random.choice(self.users)
        session = self.random.choice(self.sessions)
        return self.random.choice(
            (
                LIST.query(),
                LIST.query(),
                GET.query(id=session),
                RENAME.query(id=session, title=str(owner)),
                CREATE.query(owner=owner, title="new"),
                CREATE.query(owner=anyone, title="new"),
                CREATE.query(owner=owner, title="\x00"),
                CREATE.query(owner=owner, title=""),
                DELETE.query(title="new"),
            )
        )

    async def request(self, backend: Direct) -> None:
        """Ask once, and look at whose rows come back."""
        owner = self.random.choice(self.users)
        asking = asyncio.create_task(backend.run(self.query(owner), Caller(owner), soon(20)))
        if self.random.random() < 0.1:
            for _ in range(self.random.randrange(TURNS)):
                await asyncio.sleep(0)
            asking.cancel()
        try:
            found = await asking
        except asyncio.CancelledError:
            self.given_up += 1
        except (ApiError, DatabaseError):
            self.answered += 1
        else:
            self.answered += 1
            self.foreign += [row for row in found.rows if row["profile_id"] != owner]


@pytest.fixture
def crowd(user: NewUser, sql: Sql) -> Iterator[Crowd]:
    users = [user().id for _ in range(USERS)]
    sessions = [uuid4() for _ in users]
    sql.cursor().executemany(
        "insert into public.study_sessions (id, profile_id, title) values (%s, %s, 'a')",
        list(zip(sessions, users, strict=True)),
    )
    yield Crowd(users, sessions)
    found = sql.execute(
        "select count(*) from public.study_sessions"
        " where id = any(%s) and title not in ('a', profile_id::text)",
        [sessions],
    ).fetchone()
    assert found == (0,), "somebody else's session was renamed"


def run(crowd: Crowd, stack: Project, requests: int, **settings: object) -> None:
    """Let the crowd ask, so many at a time, over four connections."""

    async def story() -> None:
        async with direct(stack, api_database_connections=4, **settings) as backend:
            left = iter(range(requests))

            async def work() -> None:
                for _ in left:
                    with suppress(NoAnswerError):
                        await crowd.request(backend)

            await asyncio.gather(*(work() for _ in range(AT_A_TIME)))
            await until(lambda: backend.pool.busy == 0)
            assert backend.pool._shares._taken == {}
            assert backend.pool._size <= 4

    asyncio.run(story())
    assert crowd.foreign == []
    assert crowd.answered > requests * 0.85
    assert crowd.given_up > requests * 0.03


def test_straight(crowd: Crowd, stack: Project) -> None:
    run(crowd, stack, REQUESTS)


def test_through_a_pooler_in_transaction_mode(crowd: Crowd, own_stack: Project) -> None:
    with pgbouncer(own_stack, "transaction") as url:
        run(
            crowd,
            own_stack,
            REQUESTS,
            api_database_url=url,
            api_database_prepared_statements=False,
        )
