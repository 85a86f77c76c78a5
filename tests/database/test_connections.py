"""Direct connections: ended by the server, refused, moved to another host."""

import asyncio
import socket
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from api.database import address
from api.database.backend import NoAnswerError
from api.database.direct import Direct
from api.database.query import Shape, table
from api.errors import ApiError
from api.identity.caller import Caller
from local.migrations import login_url
from local.project import Project
from tests.actors import NewUser, Sql
from tests.database.backends import direct, soon, tell
from tests.database.study_queries import CREATE, MINE, backend_again


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
        """After a column is added, statements are prepared again and no request fails."""
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
                with pytest.raises(NoAnswerError, match="ConnectionRefusedError"):
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
        """The primary is found on either host; nothing listens on the other."""
        parts = urlsplit(login_url(stack.database_url))
        user, _, there = parts.netloc.rpartition("@")
        hosts = [there, "127.0.0.1:9"]
        listed = ",".join(hosts[number] for number in order)
        words = "target_session_attrs=read-write"
        url = parts._replace(netloc=f"{user}@{listed}", query=words).geturl()

        async def story(backend: Direct) -> None:
            assert (await backend.run(MINE.query(), Caller(uuid4()), soon())).rows == []

        tell(stack, story, api_database_url=url)

    def test_a_host_that_does_not_even_refuse(
        self, stack: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As a machine that is gone: the same request is answered by the next host."""
        monkeypatch.setattr(address, "HOST_SECONDS", 0.2)

        async def story(port: int) -> None:
            parts = urlsplit(login_url(stack.database_url))
            user, _, there = parts.netloc.rpartition("@")
            words = "target_session_attrs=read-write"
            netloc = f"{user}@127.0.0.1:{port},{there}"
            url = parts._replace(netloc=netloc, query=words).geturl()
            async with direct(stack, api_database_url=url) as backend:
                for _ in range(2):
                    found = await backend.run(MINE.query(), Caller(uuid4()), soon())
                    assert found.rows == []

        with socket.create_server(("127.0.0.1", 0)) as silent:
            asyncio.run(story(silent.getsockname()[1]))

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
    def test_who_is_not_let_in(self, password: str, stack: Project) -> None:
        url = login_url(stack.database_url).replace(":postgres@", f":{password or 'x'}@")

        async def story(backend: Direct) -> None:
            with pytest.raises(NoAnswerError) as raised:
                await backend.run(MINE.query(), Caller(uuid4()), soon())
            text = str(raised.value)
            assert text == "API_DATABASE_URL: 28P01, the user or password is wrong"

        tell(stack, story, api_database_url=url)
