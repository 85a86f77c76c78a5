"""Both backends give the same: rows, totals and refusals, for random queries of random callers."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from postgrest import CountMethod

from api.database.backend import Backend
from api.database.direct import Direct
from api.database.query import Filter, Operator, Query, Shape, parameter, table
from api.database.rest import Rest
from local.project import Project
from tests.actors import Sql
from tests.database.backends import both, outcome
from tests.kinds import new_posting

untimed = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

LETTERS = st.characters(codec="utf-8")
# what ends strings, what formats, what stands for parameters, what arrays and JSON are made of
HOSTILE = st.sampled_from(
    [
        *("'", "''", '"', "\\", "\\'", "%", "%s", "%27", "$1", "$$", "{}", "{a,b}", "[]", "(", ")"),
        *(
            ",",
            ".",
            ":",
            "*",
            "null",
            "true",
            "eq.",
            "in.(a)",
            "a&b=c",
            "a;b",
            "--",
            "/*",
            "+",
            " ",
        ),
        *("\x00", "\ud800", "\n", "\u2028", "é", "😀", "{id}", "a" * 5_000, '{"a": "\\u0000"}'),
    ]
)
TEXT = st.text(LETTERS, max_size=20) | HOSTILE
NUMBERS = st.sampled_from([0, 1, -1, 2**31, 2**63, 2**64, 10**30]) | st.integers(-5, 5)
TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))

COLUMNS = {
    "study_sessions": {"id": "id", "profile_id": "id", "title": "text", "created_at": "time"},
    "chat_sessions": {"id": "id", "title": "text", "message_count": "number", "created_at": "time"},
    "chat_messages": {"id": "id", "session_id": "id", "content": "text", "message_order": "number"},
    "wingman_session_details": {"id": "id", "status": "text", "due": "yes", "created_at": "time"},
    "wingman_matches": {"id": "id", "user1_id": "id", "status": "text"},
    "job_postings": {"id": "id", "title": "text", "company": "text", "created_at": "time"},
    "session_api_idempotency_keys": {"id": "id", "key": "text", "created_at": "time"},
    "user_profiles": {"id": "id", "first_name": "text"},
}
COMPARISONS: list[Operator] = ["eq", "neq", "gt", "gte", "lt", "lte"]


@dataclass(frozen=True)
class Settled:
    """Rows of several users, and the callers who ask for them."""

    runner: asyncio.Runner
    rest: Rest
    direct: Direct
    callers: list[UUID]
    ids: list[UUID]


@pytest.fixture(scope="module")
def settled(database: Sql, stack: Project) -> Iterator[Settled]:
    from functools import partial

    from tests import actors

    user = partial(actors.new_user, database, stack.jwt_secret)
    match = actors.new_match(database, user)
    wingman = actors.new_wingman(database, match)
    ids: list[UUID] = [wingman.session_id, match.match_id]
    for owner in (match.user1, match.user2):
        ids.append(new_posting(database, owner))
        for name, column in (("study", "profile_id"), ("chat", "user_id")):
            session_id = uuid4()
            ids.append(session_id)
            database.execute(
                f"insert into public.{name}_sessions (id, {column}, title)"
                " values (%s, %s, %s)".encode(),
                [session_id, owner.id, 'it\'s "100%" $1'],
            )
        database.execute(
            "insert into public.chat_messages (session_id, user_id, role, content)"
            " select %s, %s, 'user', 'a,b(c)' from generate_series(1, 3)",
            [ids[-1], owner.id],
        )
    callers = [match.user1.id, match.user2.id, match.stranger.id, UUID(int=0)]
    with asyncio.Runner() as runner:
        backends = both(stack)
        rest, direct = runner.run(backends.__aenter__())
        yield Settled(runner, rest, direct, callers, [*ids, *callers])
        runner.run(backends.__aexit__(None, None, None))


def values(kind: str, ids: list[UUID]) -> st.SearchStrategy[Any]:
    """Values for a column of this kind, now and then of another."""
    own = {
        "id": st.sampled_from(ids) | st.uuids(),
        "text": TEXT,
        "number": NUMBERS,
        "time": TIMES,
        "yes": st.booleans(),
    }
    return own[kind]


@st.composite
def reads(draw: st.DrawFn, ids: list[UUID]) -> Query:
    """A read of the supported form."""
    relation = draw(st.sampled_from(sorted(COLUMNS)))
    columns = COLUMNS[relation]
    filters: list[Filter] = []
    given_values: dict[str, Any] = {}
    for number in range(draw(st.integers(0, 2))):
        column = draw(st.sampled_from(sorted(columns)))
        operator = draw(st.sampled_from([*COMPARISONS, "in", "is"]))
        if operator == "is":
            filters.append(Filter(column, "is", ("null",)))
            continue
        count = draw(st.integers(1, 3)) if operator == "in" else 1
        names = [f"v{number}_{index}" for index in range(count)]
        given_values |= {name: draw(values(columns[column], ids)) for name in names}
        filters.append(Filter(column, operator, tuple(parameter(name) for name in names)))
    is_page = draw(st.booleans())
    order = (("id", draw(st.booleans())),) if is_page or draw(st.booleans()) else ()
    if is_page:
        given_values |= {"limit": draw(st.integers(1, 3)), "offset": draw(st.integers(0, 4))}
    selected = draw(st.just(("*",)) | st.just(tuple(columns)))
    shape = Shape(
        "select",
        relation,
        selected,
        filters=tuple(filters),
        order=order,
        is_page=is_page,
        only_reads=True,
    )
    return shape.query(**given_values)


def compare(settled: Settled, query: Query, caller: UUID) -> tuple[Any, ...]:
    """Ask both, and give what they agree on."""

    through_postgrest = outcome_of(settled, settled.rest, query, caller)
    straight = outcome_of(settled, settled.direct, query, caller)
    assert through_postgrest == straight, query
    return through_postgrest


def outcome_of(settled: Settled, backend: Backend, query: Query, caller: UUID) -> tuple[Any, ...]:
    """Ask one."""
    return settled.runner.run(outcome(backend, query, caller))


class TestReads:
    @untimed
    @given(data=st.data())
    def test_any(self, settled: Settled, data: st.DataObject) -> None:
        query = data.draw(reads(settled.ids))
        compare(settled, query, data.draw(st.sampled_from(settled.callers)))

    @pytest.mark.parametrize("offset", [0, 1, 2, 3, 100])
    def test_pages(self, settled: Settled, offset: int) -> None:
        messages = table("chat_messages").select("id,message_order", count=CountMethod.exact)
        page = Shape.of(messages.order("message_order").order("id"))
        said = compare(settled, page.query(limit=2, offset=offset), settled.callers[0])
        assert said[0] == "rows"
        assert len(said[1]) == max(0, min(2, 3 - offset))
        assert said[2] == 3

    @pytest.mark.parametrize("shown", [0, 1])
    def test_an_embedded_row(self, settled: Settled, shown: int, sql: Sql) -> None:
        owner = settled.callers[shown]
        posting = sql.execute(
            "select id from public.job_postings where user_id = %s", [owner]
        ).fetchone()
        assert posting is not None
        sql.execute(
            "insert into public.interview_sessions (user_id, job_posting_id) values (%s, %s)",
            [owner, posting[0]],
        )
        sessions = table("interview_sessions").select(
            "*,job_posting:job_postings(id,title,company)"
        )
        joins = {"job_posting": {"job_posting_id": "id", "user_id": "user_id"}}
        said = compare(settled, Shape.of(sessions.order("id"), joins).query(), owner)
        assert [row["job_posting"]["id"] for row in said[1]] == [str(posting[0])] * len(said[1])
        assert said[1]


class TestWrites:
    @untimed
    @given(data=st.data())
    def test_insert(self, settled: Settled, data: st.DataObject) -> None:
        caller = data.draw(st.sampled_from(settled.callers))
        names = data.draw(st.sampled_from([["title"], ["title", "description"]]))
        row = {name: parameter(name) for name in ["profile_id", *names]}
        shape = Shape.of(table("study_sessions").insert(row).select(",".join(row)))
        given_values: dict[str, Any] = {
            "title": data.draw(TEXT | st.none()),
            "description": data.draw(TEXT | st.none()),
        }
        owner = data.draw(st.just(caller) | st.sampled_from(settled.callers))
        query = shape.query(profile_id=owner, **{name: given_values[name] for name in names})
        compare(settled, query, caller)

    @untimed
    @given(data=st.data())
    def test_update(self, settled: Settled, data: st.DataObject) -> None:
        caller = data.draw(st.sampled_from(settled.callers))
        column = data.draw(st.sampled_from(["title", "draft_plan"]))
        update = table("study_sessions").update({column: parameter("value")})
        shape = Shape.of(update.eq("id", parameter("id")).select(f"id,{column}"))
        value = data.draw(TEXT if column == "title" else PLANS)
        session_id = data.draw(st.sampled_from(settled.ids))
        query = shape.query(value=value, id=session_id)
        straight = outcome_of(settled, settled.direct, query, caller)
        if straight == ("refused", "VALIDATION_ERROR"):
            # PostgREST looks at a value when there is a row that gets it
            straight = outcome_of(
                settled, settled.direct, shape.query(value="a", id=session_id), caller
            )
            if straight == ("rows", [], None):
                return
        compare(settled, query, caller)

    def test_delete(self, settled: Settled, sql: Sql) -> None:
        """Nobody's but the owner's, whichever way."""
        shape = Shape.of(table("study_sessions").delete().eq("id", parameter("id")).select("id"))
        owner, stranger = settled.callers[0], settled.callers[2]
        for backend in (settled.rest, settled.direct):
            session_id = uuid4()
            sql.execute(
                "insert into public.study_sessions (id, profile_id, title) values (%s, %s, 'a')",
                [session_id, owner],
            )
            query = shape.query(id=session_id)
            assert compare(settled, query, stranger) == ("rows", [], None)
            deleted = ("rows", [{"id": str(session_id)}], None)
            assert outcome_of(settled, backend, query, owner) == deleted
            assert compare(settled, query, owner) == ("rows", [], None)


PLANS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)


def test_what_is_compared_can_differ(settled: Settled) -> None:
    """Two callers are two outcomes: the comparison above would see another's rows."""
    query = Shape.of(table("study_sessions").select("id")).query()

    first = outcome_of(settled, settled.rest, query, settled.callers[0])
    second = outcome_of(settled, settled.direct, query, settled.callers[1])
    assert first != second
