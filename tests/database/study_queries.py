"""Queries about study sessions, and direct connections that run them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import psycopg

from api.database.direct import Direct
from api.database.query import Shape, function, parameter, table
from api.database.refusals import OvertakenError
from api.identity.caller import Caller
from local.migrations import login_url
from local.project import Project
from tests.actors import Sql, User
from tests.database.backends import direct, soon
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
