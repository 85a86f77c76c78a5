"""Direct connections: what a transaction carries, what a deadline stops, what nobody can know."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.database.backend import NoAnswerError
from api.database.direct import Direct, act_as, literal
from api.database.query import Shape, function, parameter, table
from api.database.refusals import ConstraintError, DeniedError
from api.errors import ApiError
from api.identity.caller import Caller
from local.migrations import login_url
from local.project import Project
from tests.actors import NewUser, Sql, User
from tests.database.backends import direct, soon, tell
from tests.postgres_proxy import PostgresProxy, postgres_proxy

MINE = Shape.of(table("study_sessions").select("id,profile_id,title"))
CREATE = Shape.of(
    table("study_sessions")
    .insert({"profile_id": parameter("owner"), "title": parameter("title")})
    .select("id")
)
RENAME = Shape.of(
    table("study_sessions").update({"title": parameter("title")}).eq("id", parameter("id"))
)
EXISTS = function("study_session_exists", "session_id", only_reads=True)

untimed = settings(
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hostile = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


class TestLiteral:
    """Claims are hostile text: whatever is in them, the statement around them stays as it is."""

    @untimed
    @given(claims=st.dictionaries(st.text(), hostile))
    def test_is_read_as_it_was(self, sql: Sql, claims: dict[str, Any]) -> None:
        for setting in ("on", "off"):
            sql.execute("select set_config('standard_conforming_strings', %s, false)", [setting])
            found = sql.execute(f"select {literal(claims)}, 1".encode()).fetchone()
            assert found is not None
            assert (json.loads(found[0]), found[1]) == (claims, 1)
        sql.execute("reset standard_conforming_strings")

    @pytest.mark.parametrize(
        "text",
        [
            "'",
            "''",
            "\\'",
            "\\\\'",
            "';drop table x;--",
            "$1",
            "%s",
            "\x00",
            "\ud800",
            "\u2019",
            "\n",
        ],
    )
    def test_ends_nowhere_before_its_end(self, text: str) -> None:
        written = literal({text: text})
        assert written.isascii()
        assert written.isprintable()
        assert written.count("'") == 2
        assert "\\" not in written.replace("\\\\", "")

    def test_a_claim_takes_the_place_of_none_of_ours(self) -> None:
        user_id = uuid4()
        forged = {"sub": str(uuid4()), "role": "postgres", "aal": "aal2"}
        words = act_as(Caller(user_id, json.dumps(forged)))
        assert str(user_id) in words
        assert "set local role session_api;" in words
        assert "postgres" not in words
        assert "aal2" in words


class TestTransaction:
    """Role, claims and headers end with the transaction, however it ends."""

    async def left(self, backend: Direct) -> tuple[str, ...]:
        """What a connection carries when nobody uses it."""
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


class TestRoundTrips:
    def test_how_many(self, stack: Project, user: NewUser) -> None:
        owner = user()

        async def story(backend: Direct, proxy: PostgresProxy) -> None:
            caller = Caller(owner.id)

            async def read() -> None:
                await backend.run(MINE.query(), caller, soon())

            async def write() -> None:
                await backend.run(CREATE.query(owner=owner.id, title="a"), caller, soon())

            async def call() -> None:
                query = EXISTS.query(session_id=uuid4())
                assert await backend.value(query, caller, soon()) == "false"

            costs = []
            for once in (read, write, call):
                await once()  # prepares it
                proxy.flights = 0
                await once()
                costs.append(proxy.flights)
            assert costs == [2, 3, 2]

        through_proxy(stack, story)


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
                await backend.run(MINE.query(), Caller(owner.id), soon(seconds))
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
    """A write is done, or not and never, or nobody can know: each has its code."""

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


class TestConnections:
    def test_ended_at_the_server(self, stack: Project, user: NewUser, sql: Sql) -> None:
        owner = user()

        async def story(backend: Direct) -> None:
            for _ in range(3):
                await backend.run(MINE.query(), Caller(owner.id), soon())
                await asyncio.sleep(0.05)
                sql.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where usename = 'session_api_login' and application_name = 'session-api'"
                )
                await asyncio.sleep(0.05)

        tell(stack, story)

    def test_a_table_that_changes_meanwhile(
        self, own_stack: Project, user: NewUser, sql: Sql
    ) -> None:
        """A column is added: what was prepared is prepared again, and nobody notices."""
        owner = user()
        column = f"own_{uuid4().hex[:8]}"
        everything = Shape.of(table("wingman_session_details").select())

        async def story(backend: Direct) -> None:
            sql.execute(
                "create table public.changing (a int); insert into public.changing values (1)"
            )
            sql.execute("grant select on public.changing to session_api")
            query = Shape.of(table("changing").select()).query()
            try:
                for _ in range(8):
                    await backend.run(query, Caller(owner.id), soon())
                await asyncio.sleep(0.05)
                sql.execute(f"alter table public.changing add column {column} int".encode())
                found = await backend_again(backend, query, owner.id)
                assert found == [{"a": 1, column: None}]
            finally:
                await asyncio.sleep(0.05)  # the last read's transaction ends
                sql.execute("drop table public.changing")
            await backend.run(everything.query(), Caller(owner.id), soon())

        tell(own_stack, story)

    def test_nobody_there(self, stack: Project) -> None:
        async def story(backend: Direct) -> None:
            for _ in range(3):  # a place that was taken is given back
                with pytest.raises(ConnectionRefusedError):
                    await backend.run(MINE.query(), Caller(uuid4()), soon())
            assert backend.pool._size == 0

        tell(
            stack,
            story,
            api_database_connections=1,
            api_database_url="postgresql://session_api_login:a@127.0.0.1:9/postgres",
        )

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_several_hosts(self, order: tuple[int, int], stack: Project) -> None:
        """Whichever is the primary is found; nobody is there on the other."""
        parts = urlsplit(login_url(stack.database_url))
        user, _, there = parts.netloc.rpartition("@")
        hosts = [there, "127.0.0.1:9"]
        listed = ",".join(hosts[number] for number in order)
        words = "target_session_attrs=read-write"
        url = parts._replace(netloc=f"{user}@{listed}", query=words).geturl()

        async def story(backend: Direct) -> None:
            assert (await backend.run(MINE.query(), Caller(uuid4()), soon())).rows == []

        tell(stack, story, api_database_url=url)

    def test_a_primary_that_becomes_a_replica(
        self, own_stack: Project, user: NewUser, sql: Sql
    ) -> None:
        """Its connections are given up, and over when it is over."""
        owner = user()
        query = CREATE.query(owner=owner.id, title="a")
        read_only = "alter role session_api_login set default_transaction_read_only = on"

        async def story(backend: Direct) -> None:
            await backend.run(query, Caller(owner.id), soon())
            sql.execute(read_only.encode())
            try:
                backend.pool.renew()
                for _ in range(2):
                    with pytest.raises(ApiError) as raised:
                        await backend.run(query, Caller(owner.id), soon())
                    assert raised.value.code == "DATABASE_UNAVAILABLE"
            finally:
                sql.execute("alter role session_api_login reset default_transaction_read_only")
            await backend.run(query, Caller(owner.id), soon())

        tell(own_stack, story)

    @pytest.mark.parametrize("password", ["wrong", ""])
    def test_who_is_not_let_in(
        self, password: str, stack: Project, caplog: pytest.LogCaptureFixture
    ) -> None:
        url = login_url(stack.database_url).replace(":postgres@", f":{password or 'x'}@")

        async def story(backend: Direct) -> None:
            with pytest.raises(ApiError) as raised:
                await backend.run(MINE.query(), Caller(uuid4()), soon())
            assert raised.value.code == "DATABASE_UNAVAILABLE"

        tell(stack, story, api_database_url=url)
        assert "28P01" in caplog.text


SLEEP = function("sleep_for_the_api", "seconds", only_reads=True)


class pg_sleep_for_the_api:  # noqa: N801 - reads as a statement
    """A function that sleeps, which the API may call."""

    def __init__(self, stack: Project) -> None:
        self.url = stack.database_url

    def __enter__(self) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(
                "create or replace function public.sleep_for_the_api(seconds int) returns void"
                " language sql as 'select pg_sleep(seconds)'"
            )

    def __exit__(self, *_: object) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute("drop function public.sleep_for_the_api")


def through_proxy(
    stack: Project, story: Callable[[Direct, PostgresProxy], Awaitable[None]]
) -> None:
    """Run a story with a proxy between the backend and Postgres, and one connection."""

    async def run() -> None:
        async with (
            asyncio.timeout(30),
            postgres_proxy(login_url(stack.database_url)) as proxy,
            direct(stack, api_database_url=proxy.url, api_database_connections=1) as backend,
        ):
            await story(backend, proxy)

    asyncio.run(run())


async def backend_again(backend: Direct, query: Any, user_id: UUID) -> list[dict[str, Any]]:
    """Run a query as `Database` does: once more after what can be sent again."""
    from api.database.refusals import OvertakenError

    try:
        return (await backend.run(query, Caller(user_id), soon())).rows
    except OvertakenError:
        return (await backend.run(query, Caller(user_id), soon())).rows


async def until(is_true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(5):
        while not is_true():  # noqa: ASYNC110 - what happens elsewhere sets no event
            await asyncio.sleep(0.01)


def running(sql: Sql) -> int:
    """How many statements of the API are running."""
    found = sql.execute(
        "select count(*) from pg_stat_activity"
        " where usename = 'session_api_login' and state = 'active'"
    ).fetchone()
    assert found is not None
    return int(found[0])


def new_session(sql: Sql, owner: User) -> UUID:
    """A study session called `a`."""
    session_id = uuid4()
    sql.execute(
        "insert into public.study_sessions (id, profile_id, title) values (%s, %s, 'a')",
        [session_id, owner.id],
    )
    return session_id


def title(sql: Sql, session_id: UUID) -> str:
    """What a study session is called now."""
    found = sql.execute(
        "select title from public.study_sessions where id = %s", [session_id]
    ).fetchone()
    assert found is not None
    return str(found[0])
