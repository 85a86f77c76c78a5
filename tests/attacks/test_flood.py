"""A user who keeps Postgres busy, directly or through the API, delays nobody else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from threading import Event
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote

import httpx
import psycopg

from local.migrations import login_url
from local.project import Project
from tests.actors import NewUser, Sql
from tests.conftest import AsUser, Rest, Serve
from tests.kinds import new_posting

READ, CREATE = "/api/v1/study/sessions", "/api/v1/interview/sessions"
PATIENCE = 100.0
PROVEN = 5
"""How many requests have to be answered while the same others wait."""

BACKREFERENCES = quote(r"^(.+)(.*)(.+)(.*)(.+)(.*)(.+)\1\3\5\7$")
WORST = f"/job_postings?select=id&description=match.{BACKREFERENCES}"
"""The read that takes the longest: until Postgres cancels it."""

Held = set[tuple[int, datetime]]
"""Processes of Postgres, and since when each runs its statement."""


def held(sql: Sql, role: str, condition: str) -> Held:
    """The statements that this role's connections are running."""
    query = f"select pid, query_start from pg_stat_activity where usename = %s and {condition}"
    return set(sql.execute(query.encode(), [role]).fetchall())


def wait_until(is_true: Callable[[], bool]) -> None:
    end = monotonic() + PATIENCE
    while not is_true():
        assert monotonic() < end
        sleep(0.02)


def prove(reader: httpx.Client, now: Callable[[], Held], most: int) -> None:
    """Read while exactly so many statements run that were there before, and are there after."""
    wait_until(lambda: len(now()) == most)
    proven, end = 0, monotonic() + PATIENCE
    while proven < PROVEN and monotonic() < end:
        before = now()
        answer = reader.get(READ)
        assert answer.status_code == 200, answer.text
        assert len(before) <= most
        proven += len(before & now()) == most
    assert proven == PROVEN


def test_ten_browsers(
    own_stack: Project, serve: Serve, as_user: AsUser, rest: Rest, user: NewUser, sql: Sql
) -> None:
    """They occupy all of PostgREST's connections; the API has its own."""
    api = serve(API_DATABASE_URL=login_url(own_stack.database_url), DATABASE_TIMEOUT="10")
    reader = as_user(user(), api)
    assert reader.get(READ).status_code == 200
    browsers = []
    for _ in range(10):
        flooder = user()
        posting = new_posting(sql, flooder)
        sql.execute(
            "update public.job_postings set description = repeat('abcdefghij', 40) where id = %s",
            [posting],
        )
        browsers.append(rest(flooder))
    over = Event()

    def flood(browser: httpx.Client) -> int:
        sent = 0
        while not over.is_set():
            with suppress(httpx.HTTPError):  # what the flooder gets is the flooder's business
                browser.get(WORST, timeout=5)
            sent += 1
        return sent

    def busy() -> Held:
        return held(sql, "authenticator", "state = 'active'")

    with ThreadPoolExecutor(len(browsers)) as threads:
        flooding = [threads.submit(flood, browser) for browser in browsers]
        try:
            prove(reader, busy, len(browsers))
        finally:
            over.set()
        assert all(it.result() for it in flooding)
    wait_until(lambda: not busy())  # the next test finds none of it


def test_one_user_has_half_of_the_connections(
    own_stack: Project, serve: Serve, as_user: AsUser, user: NewUser, sql: Sql
) -> None:
    """One user's requests wait for a lock; other users' requests are answered meanwhile."""
    connections = 4
    api = serve(
        API_DATABASE_URL=login_url(own_stack.database_url),
        API_DATABASE_CONNECTIONS=str(connections),
        DATABASE_TIMEOUT="10",
    )
    hostile = user()
    posting = new_posting(sql, hostile)
    creator, reader = as_user(hostile, api), as_user(user(), api)
    assert reader.get(READ).status_code == 200

    def create(_: int) -> httpx.Response:
        body: dict[str, Any] = {"job_posting_id": str(posting)}
        return creator.post(CREATE, json=body)

    with ThreadPoolExecutor(3 * connections) as threads:
        with psycopg.connect(own_stack.database_url) as holder:
            holder.execute("select from public.job_postings where id = %s for update", [posting])
            creating = [threads.submit(create, number) for number in range(3 * connections)]
            waiting = "wait_event_type = 'Lock'"
            prove(reader, lambda: held(sql, "session_api_login", waiting), connections // 2)
            holder.rollback()
        answers = {it.result().status_code for it in creating}
    assert answers <= {201, 503}  # refused where the lock was held for too long
    assert create(0).status_code == 201
