"""Direct connections: claims in a transaction, cancelled queries, unknown outcomes."""

import asyncio
from uuid import uuid4

import psycopg
import pytest

from api.database.backend import NoAnswerError
from api.database.direct import Direct
from api.database.query import Shape
from api.database.refusals import ConstraintError, DeniedError
from api.errors import ApiError
from api.identity.caller import Caller
from local.project import Project
from tests.actors import NewUser, Sql
from tests.database.backends import soon, tell
from tests.database.study_queries import (
    CREATE,
    MINE,
    RENAME,
    SLEEP,
    new_session,
    pg_sleep_for_the_api,
    running,
    through_proxy,
    title,
    until,
)
from tests.postgres_proxy import PostgresProxy


class TestTransaction:
    """Role, claims and headers end with the transaction, however it ends."""

    async def left(self, backend: Direct) -> tuple[str, ...]:
        """The state of an idle connection."""
        await asyncio.sleep(0.1)
        link = await backend.pool.acquire()
        record = await link.connection.fetchrow(
            "select current_user::text, coalesce(current_setting('request.jwt.claims', true), ''),"
            " coalesce(current_setting('request.headers', true), '')"
        )
        backend.pool.release(link)
        assert record is not None
        return tuple(record.values())

    def test_after_every_end(self, stack: Project, user: NewUser) -> None:
        owner = user()

        async def story(backend: Direct) -> None:
            caller = Caller(owner.id)
            clean = await self.left(backend)
            assert clean == ("session_api_login", "", "")
            await backend.run(MINE.query(), caller, soon())
            assert await self.left(backend) == clean
            created = CREATE.query(owner=owner.id, title="a")
            key = (("idempotency-key", "a" * 64), ("idempotency-fingerprint", "b" * 64))
            await backend.run(created._replace(headers=key), caller, soon())
            assert await self.left(backend) == clean
            with pytest.raises(ConstraintError):
                await backend.run(created._replace(headers=key), caller, soon())
            assert await self.left(backend) == clean
            with pytest.raises(DeniedError):
                await backend.run(CREATE.query(owner=uuid4(), title="a"), caller, soon())
            assert await self.left(backend) == clean
            with pytest.raises(ApiError):
                await backend.run(CREATE.query(owner="no id", title="a"), caller, soon())
            assert await self.left(backend) == clean
            with pytest.raises(TimeoutError):
                await backend.run(SLEEP.query(seconds=5), caller, soon(0.1))
            assert await self.left(backend) == clean

        with pg_sleep_for_the_api(stack):
            tell(stack, story, api_database_connections=1)

    def test_one_after_the_other_without_a_pause(self, stack: Project, user: NewUser) -> None:
        """The transaction that a read leaves open is ended before the next caller's begins."""
        users = [user() for _ in range(5)]

        async def story(backend: Direct) -> None:
            for owner in users:
                query = CREATE.query(owner=owner.id, title=str(owner.id))
                await backend.run(query, Caller(owner.id), soon())
            for _ in range(20):
                for owner in users:
                    found = await backend.run(MINE.query(), Caller(owner.id), soon())
                    assert [row["title"] for row in found.rows] == [str(owner.id)]
            assert backend.pool._size == 1

        tell(stack, story)

    def test_a_read_cannot_write(self, stack: Project, user: NewUser, sql: Sql) -> None:
        owner = user()
        session = new_session(sql, owner)
        disguised = RENAME.query(id=session, title="changed")
        shape = Shape(
            "update",
            "study_sessions",
            ("id",),
            filters=RENAME.filters,
            written=RENAME.written,
            only_reads=True,
        )

        async def story(backend: Direct) -> None:
            with pytest.raises(ApiError) as raised:
                await backend.run(disguised._replace(shape=shape), Caller(owner.id), soon())
            assert raised.value.code == "DATABASE_UNAVAILABLE"

        tell(stack, story)
        assert title(sql, session) == "a"


class TestDeadline:
    def test_stops_at_the_server(self, stack: Project, user: NewUser, sql: Sql) -> None:
        """A request that is given up waits for no lock any more, and writes nothing later."""
        owner = user()
        session = new_session(sql, owner)

        async def story(backend: Direct) -> None:
            with psycopg.connect(stack.database_url) as holder:
                holder.execute(
                    "select from public.study_sessions where id = %s for update", [session]
                )
                query = RENAME.query(id=session, title="late")
                with pytest.raises(TimeoutError):
                    await backend.run(query, Caller(owner.id), soon(0.2))
                assert backend.pool.busy == 1, "nobody gets it before the server has stopped"
                await until(lambda: running(sql) == 0)
                holder.rollback()
            assert title(sql, session) == "a"
            await backend.run(RENAME.query(id=session, title="b"), Caller(owner.id), soon())
            assert title(sql, session) == "b"
            assert backend.pool.busy == 0

        tell(stack, story, api_database_connections=1)

    def test_in_the_queue(self, stack: Project, user: NewUser, sql: Sql) -> None:
        """First come, first served; who gives up leaves the queue, and too many are not let in."""
        owner = user()
        session = new_session(sql, owner)

        async def story(backend: Direct) -> None:
            order: list[int] = []

            async def read(number: int, seconds: float) -> None:
                await backend.run(MINE.query(), Caller(uuid4()), soon(seconds))
                order.append(number)

            await read(0, 5)
            with psycopg.connect(stack.database_url) as holder:
                holder.execute(
                    "select from public.study_sessions where id = %s for update", [session]
                )
                query = RENAME.query(id=session, title="b")
                writing = asyncio.create_task(backend.run(query, Caller(owner.id), soon(5)))
                await asyncio.sleep(0.05)
                waiting = [asyncio.create_task(read(number, 5)) for number in (1, 2)]
                brief = asyncio.create_task(read(3, 0.05))
                await asyncio.sleep(0)
                assert backend.pool.waiting == 3
                with pytest.raises(NoAnswerError):
                    await read(4, 5)
                with pytest.raises(TimeoutError):
                    await brief
                assert backend.pool.waiting == 2
                holder.rollback()
            await asyncio.gather(writing, *waiting)
            assert order == [0, 1, 2]

        tell(stack, story, api_database_connections=1, max_requests_in_progress=3)


class TestOutcome:
    """A write was done, will never be done, or has an unknown outcome: each has its code."""

    @pytest.mark.parametrize("is_sent", [True, False])
    def test_lost_while_committing(
        self, is_sent: bool, stack: Project, user: NewUser, sql: Sql
    ) -> None:
        owner = user()
        session = new_session(sql, owner)

        async def story(backend: Direct, proxy: PostgresProxy) -> None:
            async def cut(data: bytes) -> None:
                if b"commit\x00" in data and not is_sent:
                    proxy.cut()
                    raise ConnectionError

            async def cut_after(data: bytes) -> None:
                if b"COMMIT\x00" in data and is_sent:
                    proxy.cut()
                    raise ConnectionError

            proxy.before, proxy.after = cut, cut_after
            query = RENAME.query(id=session, title="b")
            with pytest.raises(ApiError) as raised:
                await backend.run(query, Caller(owner.id), soon())
            assert raised.value.code == "OUTCOME_UNKNOWN"
            proxy.before = proxy.after = proxy._go_on
            found = await backend.run(MINE.query(), Caller(owner.id), soon())
            assert [row["title"] for row in found.rows] == ["b" if is_sent else "a"]

        through_proxy(stack, story)

    def test_lost_before_committing(self, stack: Project, user: NewUser, sql: Sql) -> None:
        owner = user()
        session = new_session(sql, owner)

        async def story(backend: Direct, proxy: PostgresProxy) -> None:
            async def cut(data: bytes) -> None:
                if b"UPDATE 1\x00" in data:
                    proxy.cut()
                    raise ConnectionError

            proxy.after = cut
            query = RENAME.query(id=session, title="b")
            with pytest.raises((ApiError, OSError)) as raised:
                await backend.run(query, Caller(owner.id), soon())
            assert getattr(raised.value, "code", "DATABASE_UNAVAILABLE") == "DATABASE_UNAVAILABLE"

        through_proxy(stack, story)
        assert title(sql, session) == "a"

    def test_a_read_is_never_in_doubt(self, stack: Project, user: NewUser) -> None:
        owner = user()

        async def story(backend: Direct, proxy: PostgresProxy) -> None:
            async def cut(data: bytes) -> None:
                if b"commit" in data:
                    proxy.cut()
                    raise ConnectionError

            proxy.before = cut
            assert (await backend.run(MINE.query(), Caller(owner.id), soon())).rows == []
            await asyncio.sleep(0.1)  # it ends its transaction, in vain
            assert (await backend.run(MINE.query(), Caller(owner.id), soon())).rows == []

        through_proxy(stack, story)
