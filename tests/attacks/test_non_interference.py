"""Rows that a user cannot see do not affect any answer to that user.

Each example asks; then strangers add rows of random sorts to every table; then it asks again.
Status, body, count, order, ETag and error are the same. Reads straight at PostgREST name an order
that ends with the id, because SQL promises none without it.
"""

import random
from collections.abc import Iterator
from contextlib import suppress
from uuid import uuid4

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from api.kinds import KINDS
from local.project import Project
from tests.actors import Sql
from tests.attacks.conftest import browser
from tests.attacks.world import PERSONAL, World, columns, new_world, one
from tests.conftest import Serve, client
from tests.policies.sorts import sorts

TOLD = ("content-range", "content-type", "etag", "location", "preference-applied")
OPERATORS = ("eq", "neq", "gt", "lte", "like", "ilike", "is", "in", "not.eq", "fts")
VALUES = ("null", "true", "1", "READY", "completed", "assistant", "%", "now", "(a,1)", "x")
API_PATHS = tuple(kind.path for kind in KINDS.values())
# a value that a constraint or a trigger does not allow
REFUSED = (
    psycopg.errors.IntegrityError,
    psycopg.errors.DataError,
    psycopg.errors.InsufficientPrivilege,
)
EXAMPLES = 40


@pytest.fixture(scope="module")
def readers(stack: Project, serve: Serve, world: World) -> Iterator[tuple[httpx.Client, ...]]:
    """The owner, straight at PostgREST and at the API."""
    token = f"Bearer {world.owner.token}"
    with (
        browser(stack, stack.rest_url, world.owner) as direct,
        client(serve(), Authorization=token) as api,
    ):
        yield direct, api


class Strangers:
    """Other users, who add rows that only they may see."""

    def __init__(self, sql: Sql, jwt_secret: str) -> None:
        self.sql = sql
        self.jwt_secret = jwt_secret
        self.chance = random.Random(1)  # noqa: S311 - the same rows each time

    def add(self) -> None:
        """Add a world of rows, each with random values that its constraints allow."""
        there = new_world(self.sql, self.jwt_secret)
        for table in PERSONAL:
            given = sorts(self.sql, f"public.{table}") if table != "wingman_session_details" else {}
            for column, values in given.items():
                for value in self.chance.sample(values, len(values)):
                    with suppress(*REFUSED):
                        self.sql.execute(
                            f"update public.{table} as old set {column} = new.{column}"
                            f" from jsonb_populate_record(null::public.{table}, %s) as new"
                            " where old.id = %s".encode(),
                            [Jsonb({column: value}), there.key(table)],
                        )
                        break


def told(answer: httpx.Response) -> tuple[object, ...]:
    """Everything in an answer that its reader can see."""
    return (answer.status_code, answer.content, *(answer.headers.get(name) for name in TOLD))


@st.composite
def direct_reads(draw: st.DrawFn, names: dict[str, list[str]]) -> httpx.Request:
    """A read straight at PostgREST, with random columns, filters, order, range and count."""
    table = draw(st.sampled_from(PERSONAL))
    column = st.sampled_from(names[table])
    parameters = {"select": ",".join(draw(st.lists(column, min_size=1, max_size=3, unique=True)))}
    if draw(st.booleans()):
        operator, value = draw(st.sampled_from(OPERATORS)), draw(st.sampled_from(VALUES))
        parameters[draw(column)] = f"{operator}.{value}"
    direction = draw(st.sampled_from(["", ".desc", ".nullsfirst"]))
    parameters["order"] = f"{draw(column)}{direction},id"
    if draw(st.booleans()):
        parameters["limit"] = str(draw(st.integers(0, 3)))
        parameters["offset"] = str(draw(st.integers(0, 3)))
    count = draw(st.sampled_from(["exact", "none"]))
    return httpx.Request(
        draw(st.sampled_from(["GET", "HEAD"])),
        f"http://x/{table}",
        params=parameters,
        headers={"Prefer": f"count={count}"} if count == "exact" else {},
    )


@st.composite
def api_reads(draw: st.DrawFn) -> httpx.Request:
    """A read at the API."""
    path = draw(st.sampled_from(API_PATHS))
    if draw(st.booleans()):
        return httpx.Request("GET", f"http://x{path}/{uuid4()}")
    parameters = {
        "limit": str(draw(st.integers(0, 4))),
        "offset": str(draw(st.integers(-1, 4))),
    }
    return httpx.Request("GET", f"http://x{path}", params=parameters)


@pytest.mark.usefixtures("own_stack")
def test_rows_of_others_change_no_answer(
    readers: tuple[httpx.Client, ...], sql: Sql, stack: Project
) -> None:
    direct, api = readers
    names = {table: columns(sql, table) for table in PERSONAL}
    strangers = Strangers(sql, stack.jwt_secret)

    counts = [
        httpx.Request("HEAD", f"http://x/{table}", headers={"Prefer": "count=exact"})
        for table in PERSONAL
    ]

    def ask(at: httpx.Client, request: httpx.Request) -> tuple[object, ...]:
        asked = at.request(
            request.method,
            request.url.raw_path.decode(),
            headers={k: v for k, v in request.headers.items() if k == "prefer"},
        )
        assert asked.status_code < 500
        return told(asked)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
    )
    @given(st.lists(direct_reads(names), min_size=5, max_size=5), st.lists(api_reads(), max_size=3))
    def examples(at_rest: list[httpx.Request], at_api: list[httpx.Request]) -> None:
        asked = [*((direct, it) for it in counts + at_rest), *((api, it) for it in at_api)]
        before = [ask(*it) for it in asked]
        strangers.add()
        assert [ask(*it) for it in asked] == before

    counted = one(sql, "select count(*) from public.study_sessions")
    examples()
    # the strangers were there
    assert one(sql, "select count(*) from public.study_sessions") >= counted + EXAMPLES
