"""No filter, order, cast or path reveals anything about a hidden row."""

from itertools import product
from uuid import uuid4

import pytest

from tests.actors import Sql
from tests.attacks.thief import Thief, postgrest_code
from tests.attacks.world import PERSONAL, World, columns

pytestmark = pytest.mark.usefixtures("unchanged")

# on any column of any table
FILTERS = (
    "or=({column}.is.null,{column}.not.is.null)&id=eq.{id}",
    # an error about a hidden value would be the value
    "select={column}::int&id=eq.{id}",
    "select=count,stolen:{column}::text&order={column}.desc.nullslast&limit=1&id=eq.{id}",
    "select={column}.max(),count()&id=eq.{id}",
)
# on the study session, whose texts and plan are the owner's alone; all of them are true of it
TRUE_OF_THE_SECRET = (
    "title=eq.{own}",
    "title=neq.x",
    "title=gt.a",
    "title=lt.zzz",
    "title=like.own*",
    "title=ilike.OWN*",
    "title=like(any).{{own*,x}}",
    "title=match.^own",
    "title=imatch.^OWN",
    "title=match.(.)*own",
    "title=in.(x,{own})",
    'title=in.("{own}")',
    "title=isdistinct.x",
    "title=fts.{own}",
    "title=plfts(english).{own}",
    "title=not.eq.x",
    "title=eq(any).{{{own}}}",
    "draft_plan=not.is.null",
    "draft_plan->>topic=eq.{own}",
    'draft_plan->topic=eq."{own}"',
    "draft_plan->hours=eq.7",
    "draft_plan->>hours=gt.5",
    "draft_plan=cs.{{}}",
    'draft_plan=cs.{{"hours":7}}',
    "select=draft_plan->topic",
    "select=draft_plan->>topic,draft_plan->hours::int",
    "select=draft_plan->>topic::int",
    "order=draft_plan->>topic",
    "id=in.({study},{study})",
    "or=(id.eq.{study},and(title.eq.{own},or(id.eq.{study},id.is.null)))",
    "not.or=(id.is.null,title.is.null)",
    "not.and=(id.is.null,not.or(title.is.null,and(id.is.null,id.is.null)))",
    "and=(created_at.lt.now,created_at.gt.1970-01-01)",
    "created_at=lte.now",
    "profile_id=eq.{owner}",
    "profile_id=neq.{stranger}",
)
# not columns that anybody was granted
HIDDEN_COLUMNS = ("ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid")
RANGES: tuple[tuple[dict[str, str], str], ...] = (
    ({"Range": "0-"}, ""),
    ({"Range": "0-999999999"}, ""),
    ({"Range": "0-0", "Range-Unit": "items"}, ""),
    ({}, "limit=999999999"),
    ({}, "limit=9223372036854775807"),
    ({}, "limit=99999999999999999999999"),
    ({}, "limit=1&offset=0"),
    ({}, "offset=0&order=id.desc"),
    ({}, "limit=0"),
)


@pytest.mark.parametrize("table", PERSONAL)
def test_each_column_of_each_table(stranger: Thief, sql: Sql, world: World, table: str) -> None:
    """The answer about the owner's row equals the answer about a row that does not exist."""
    for column, shape in product(columns(sql, table), FILTERS):
        said = [
            stranger("GET", f"/{table}?{shape.format(column=column, id=key)}")
            for key in (world.key(table), str(uuid4()))
        ]
        assert said[0].content == said[1].content
        assert said[0].status_code == said[1].status_code
        assert not said[0].is_success or said[0].content in (b"[]", b'[{"count":0}]')


@pytest.mark.parametrize("query", TRUE_OF_THE_SECRET)
def test_what_is_true_of_the_secret(thief: Thief, world: World, query: str) -> None:
    path = f"/study_sessions?{query}".format(**world.ids)
    answer = thief("GET", path, {"Prefer": "count=exact"})
    assert (answer.content, answer.headers["content-range"]) == (b"[]", "*/0")


def test_the_queries_do_find_it(owner: Thief, world: World) -> None:
    for query in TRUE_OF_THE_SECRET:
        answer = owner("GET", f"/study_sessions?{query}".format(**world.ids))
        # the secret is not a number
        assert len(answer.json()) == 1 or postgrest_code(answer) == "22P02", query


@pytest.mark.parametrize("column", HIDDEN_COLUMNS)
def test_system_columns(thief: Thief, column: str) -> None:
    for table, query in product(
        PERSONAL, ("select={0}", "{0}=not.is.null", "order={0}", "select=id&{0}=eq.1")
    ):
        answer = thief("GET", f"/{table}?{query.format(column)}")
        assert postgrest_code(answer) in {"22P02", "42501", "42703", "42883"}, answer.text


@pytest.mark.parametrize(("headers", "query"), RANGES)
def test_ranges(stranger: Thief, headers: dict[str, str], query: str) -> None:
    for table in PERSONAL:
        mine = {"user_profiles": 1, "job_postings": 1}.get(table, 0)
        answer = stranger("GET", f"/{table}?{query}", headers)
        assert postgrest_code(answer) == "42501" or len(answer.json()) <= mine
