"""Nobody learns how many rows others have, nor anything else from the planner's statistics."""

import pytest

from tests.actors import Sql
from tests.attacks.thief import Thief, postgrest_code
from tests.attacks.world import CATALOGUE, CLOSED, PERSONAL, TABLES, World, one

pytestmark = pytest.mark.usefixtures("unchanged")

# what a client can do to be asked for the count in another way
WAYS_TO_ASK = {
    "plainly": ("GET", "", [("Prefer", "count=planned")]),
    "without a body": ("HEAD", "", [("Prefer", "count=planned")]),
    "without a row": ("GET", "limit=0", [("Prefer", "count=planned")]),
    "of one row": ("GET", "limit=1", [("Prefer", "count=planned")]),
    "by a range": ("GET", "", [("Prefer", "count=planned"), ("Range", "0-0")]),
    "of one owner": ("GET", "id=eq.{key}", [("Prefer", "count=planned")]),
    "of no owner": ("GET", "id=is.null", [("Prefer", "count=planned")]),
    "among others": ("GET", "", [("Prefer", "return=minimal, count=planned, tx=rollback")]),
    # a pre-request function sees the last header only
    "in the first of two": ("GET", "", [("Prefer", "count=planned"), ("Prefer", "tx=commit")]),
    "in the last of two": ("GET", "", [("Prefer", "tx=commit"), ("Prefer", "count=planned")]),
    "before an exact one": ("GET", "", [("Prefer", "count=planned"), ("Prefer", "count=exact")]),
    "as csv": ("GET", "", [("Prefer", "count=planned"), ("Accept", "text/csv")]),
}
PLANS = (
    "application/vnd.pgrst.plan",
    "application/vnd.pgrst.plan+json",
    "application/vnd.pgrst.plan+text",
    'application/vnd.pgrst.plan+json; for="application/json"; options=analyze|verbose|buffers',
    'application/vnd.pgrst.plan+text; for="text/csv"; options=settings|wal',
    'application/json;q=0.1, application/vnd.pgrst.plan+json; for="application/json"',
)


@pytest.fixture(scope="module", autouse=True)
def statistics(database: Sql, world: World) -> None:
    """Give the planner statistics worth stealing: 300 more messages of the owner's."""
    database.execute(
        "insert into public.chat_messages (user_id, session_id, content)"
        " select %s, %s, %s from generate_series(1, 300)",
        [world.owner.id, world.ids["chat"], world.own],
    )
    database.execute("analyze")


class TestExact:
    @pytest.mark.parametrize("count", ["exact", "estimated"])
    def test_counts_what_the_caller_may_read(
        self, stranger: Thief, world: World, count: str
    ) -> None:
        wish = {"Prefer": f"count={count}"}
        for table in PERSONAL:
            # their own profile and job posting
            own = {"user_profiles": "0-0/1", "job_postings": "0-0/1"}.get(table, "*/0")
            answer = stranger("GET", f"/{table}", wish)
            if answer.status_code == 403:
                # PostgREST 12 asks the planner only where there is much to count, 16 always
                assert table == CLOSED or count == "estimated"
                continue
            assert answer.headers["content-range"] == own
            answer = stranger("GET", f"/{table}?id=eq.{world.key(table)}", wish)
            assert answer.headers["content-range"] == "*/0"


class TestPlanned:
    def test_the_planner_knows(self, sql: Sql, world: World) -> None:
        plan = one(
            sql,
            "explain (format json) select 1 from public.chat_messages where user_id = %s",
            [world.owner.id],
        )
        assert 250 < plan[0]["Plan"]["Plan Rows"] < 350

    @pytest.mark.parametrize("way_to_ask", WAYS_TO_ASK)
    def test_is_refused(self, either_way: Thief, world: World, way_to_ask: str) -> None:
        method, query, headers = WAYS_TO_ASK[way_to_ask]
        for table in PERSONAL:
            answer = either_way(method, f"/{table}?{query}".format(key=world.key(table)), headers)
            assert answer.status_code == 403
            assert postgrest_code(answer) == ("" if method == "HEAD" else "42501")
            assert "content-range" not in answer.headers

    @pytest.mark.parametrize(
        "query",
        [
            "user_id=eq.{owner}",
            "user_id=neq.{stranger}",
            "content=eq.{own}",
            "content=gt.a",
            "session_id=in.({chat})",
            "or=(user_id.eq.{owner},content.eq.x)",
            "select=id,chat_sessions!inner(id)&chat_sessions.user_id=eq.{owner}",
        ],
    )
    def test_is_refused_with_a_filter(self, thief: Thief, world: World, query: str) -> None:
        path = f"/chat_messages?{query}".format(**world.ids)
        answer = thief("GET", path, {"Prefer": "count=planned"})
        assert (answer.status_code, postgrest_code(answer)) == (403, "42501")

    def test_is_refused_where_a_personal_table_is_embedded(self, stranger: Thief) -> None:
        path = f"/{CATALOGUE}?select=id,wingman_sessions!user1_challenge_id!inner(id)"
        answer = stranger("GET", path, {"Prefer": "count=planned"})
        assert (answer.status_code, postgrest_code(answer)) == (403, "42501")

    def test_says_what_everybody_may_count(self, stranger: Thief) -> None:
        answer = stranger("GET", f"/{CATALOGUE}", {"Prefer": "count=planned"})
        assert answer.status_code in (200, 206)


class TestPlan:
    @pytest.mark.parametrize("accept", PLANS)
    def test_is_not_shown(self, stranger: Thief, accept: str) -> None:
        for table in TABLES:
            for method, body in (("GET", None), ("POST", {}), ("PATCH", {}), ("DELETE", None)):
                answer = stranger(method, f"/{table}?limit=0", {"Accept": accept}, json=body)
                assert "Plan" not in answer.text
                assert "cost=" not in answer.text
                assert "plan" not in answer.headers.get("content-type", "")
