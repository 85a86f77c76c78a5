"""A policy costs at most twice a filter by hand, and reads no table through. `make scale-test`.

Users and matches grow with `MILLIONS`, one user's own rows do not, but for one very long chat.
"""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import Connection

from tests.policies.actors import Actor
from tests.policies.scale.costs import EXPLAIN, buffers, sequential_scans
from tests.policies.scale.queries import (
    BROWSER_READS,
    MILLIONS,
    PREPARED_DETAIL,
    READS,
    SESSION_COUNT,
    WRITES,
    Query,
    scale_id,
    scaled,
)
from tests.policies.scale.rows import ROWS
from tests.policies.step import execute, savepoint
from tests.stacks import local

pytestmark = pytest.mark.scale

_API = Actor("api", "session_api", str(scale_id("user", 1)))
_BROWSER = Actor("browser", "authenticated", str(scale_id("user", 1)))
_FUNCTIONS_OF_THE_API = "chat_message_page"
_ASKED = [(_API, query) for query in READS] + [
    (_BROWSER, query)
    for query in [*READS, *BROWSER_READS]
    if _FUNCTIONS_OF_THE_API not in query.asked
]
_NAMES = [f"{query.name} by {actor.name}" for actor, query in _ASKED]


@pytest.fixture(scope="module")
def million() -> Iterator[Connection]:
    """A separate database with millions of sessions and messages, in a transaction."""
    with local.stack() as stack:
        with psycopg.connect(stack.superuser_url, autocommit=True) as connection:
            connection.execute(f"set scale.millions = {MILLIONS}".encode())
            connection.execute(ROWS.encode())
            connection.execute("vacuum (analyze)")
        with psycopg.connect(stack.superuser_url, prepare_threshold=None) as connection:
            connection.execute(EXPLAIN.encode())
            yield connection


def test_there_are_millions(million: Connection) -> None:
    for table in ("wingman_sessions", "chat_messages"):
        assert execute(million, f"select count(*) from public.{table}") == [(MILLIONS * 1_000_000,)]


@pytest.mark.parametrize(("actor", "query"), _ASKED, ids=_NAMES)
def test_buffers(million: Connection, actor: Actor, query: Query) -> None:
    asked = buffers(million, query.asked, actor)
    by_hand = buffers(million, query.by_hand, None)
    assert asked <= 2 * by_hand, f"{asked} buffers, {by_hand} by hand"


@pytest.mark.parametrize(("actor", "query"), _ASKED, ids=_NAMES)
def test_reads_do_not_scan(million: Connection, actor: Actor, query: Query) -> None:
    assert sequential_scans(million, query.asked, actor) == {}


@pytest.mark.parametrize("name", WRITES)
def test_writes_do_not_scan(million: Connection, name: str) -> None:
    assert sequential_scans(million, WRITES[name], _API) == {}


@pytest.mark.parametrize("actor", [_API, _BROWSER], ids=lambda actor: actor.name)
def test_a_detail_is_planned_once(million: Connection, actor: Actor) -> None:
    """After five executions Postgres keeps one plan: planning takes as long as reading."""
    with savepoint(million):
        execute(million, actor.become)
        execute(million, PREPARED_DETAIL)
        for _ in range(6):
            execute(million, scaled("execute detail ('{wingman}', 1000, 0)"))
        planned = "select generic_plans from pg_catalog.pg_prepared_statements"
        assert execute(million, f"{planned} where name = 'detail'") == [(1,)]
        execute(million, "deallocate detail")


def test_policy_tied_to_the_row_is_noticed(million: Connection) -> None:
    """The usual form of the policy allows the same rows, but scans the table."""
    with savepoint(million):
        execute(
            million,
            """
            alter policy select_joined on public.wingman_sessions using (
              exists (
                select from public.wingman_matches as match
                where match.id = match_id
                  and session_api.caller_id() in (match.user1_id, match.user2_id)
              )
            )
            """,
        )
        assert "wingman_sessions" in sequential_scans(million, SESSION_COUNT.asked, _API)
        asked = buffers(million, SESSION_COUNT.asked, _API)
        assert asked > 2 * buffers(million, SESSION_COUNT.by_hand, None)
