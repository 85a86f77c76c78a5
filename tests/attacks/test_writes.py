"""No form of request changes, takes over, adds to or deletes another user's rows."""

from typing import Any
from uuid import uuid4

import pytest

from tests.actors import Sql
from tests.attacks.thief import Headers, Thief, postgrest_code
from tests.attacks.world import PERSONAL, TABLES, World, columns
from tests.policies.rows import REPOINTS

pytestmark = pytest.mark.usefixtures("unchanged")

MERGE = "resolution=merge-duplicates"
IGNORE = "resolution=ignore-duplicates"
SHOW = "return=representation"
REFUSED = "42501"  # no grant or policy allows it

# the owner or parent of a row
OWNERS = {name: list(REPOINTS[name]) for name in PERSONAL if REPOINTS[name]}


def unique(sql: Sql, table: str) -> list[str]:
    """The columns of each unique index, which an upsert may conflict on."""
    found = sql.execute(
        "select (select string_agg(attname, ',' order by place)"
        " from unnest(indkey::int2[]) with ordinality as key (number, place)"
        " join pg_catalog.pg_attribute on attrelid = indrelid and attnum = number)"
        " from pg_catalog.pg_index"
        " where indrelid = %s::regclass and indisunique and indpred is null",
        [f"public.{table}"],
    )
    return [columns for (columns,) in found.fetchall()]


# requests that would find the owner's row, and no row of the thief's
REACHES = (
    "id=eq.{key}",
    "id=in.({key})",
    "id=neq.{mine}&id=eq.{key}",
    "or=(id.eq.{key},id.is.null)",
    "and=(id.eq.{key},or(id.eq.{key},id.not.is.null))",
    "id=eq.{key}&limit=1&order=id",
    "id=eq.{key}&select=*",
)
PREFERENCES = ("", SHOW, "return=headers-only,count=exact", "missing=default", "tx=rollback")

WAYS = [*((query, SHOW) for query in REACHES), *((REACHES[0], prefer) for prefer in PREFERENCES)]


def attempt(
    thief: Thief, method: str, path: str, headers: Headers | None = None, **body: Any
) -> None:
    """Send it. It must be refused, or affect no row."""
    answer = thief(method, path, headers, **body)
    if answer.is_success:
        assert answer.content in (b"", b"[]"), answer.text
        assert answer.headers.get("content-range", "*/*").startswith("*/")
    else:
        assert postgrest_code(answer) == REFUSED, answer.text


class TestPatch:
    @pytest.mark.parametrize("table", TABLES)
    def test_each_column(self, thief: Thief, sql: Sql, world: World, table: str) -> None:
        row, key = world.row(sql, table), world.key(table)
        for column in columns(sql, table):
            for value in (row[column], None):
                path = f"/{table}?id=eq.{key}"
                attempt(thief, "PATCH", path, {"Prefer": SHOW}, json={column: value})

    @pytest.mark.parametrize(
        ("table", "column"), [("user_profiles", "first_name"), ("job_postings", "title")]
    )
    def test_where_a_browser_may_change_its_own(
        self, thief: Thief, world: World, table: str, column: str
    ) -> None:
        words = {"key": world.key(table), "mine": world.ids["strangers_posting"]}
        for query, prefer in WAYS:
            path = f"/{table}?{query}".format(**words)
            attempt(thief, "PATCH", path, {"Prefer": prefer}, json={column: "Taken"})

    def test_giving_away(self, stranger: Thief, world: World) -> None:
        for path, column in (
            (f"/user_profiles?id=eq.{world.stranger.id}", "id"),
            (f"/job_postings?id=eq.{world.ids['strangers_posting']}", "user_id"),
            (f"/job_postings?id=eq.{world.ids['strangers_posting']}", "id"),
        ):
            for target in (world.ids["owner"], world.ids["posting"], str(uuid4()), None):
                attempt(stranger, "PATCH", path, {"Prefer": SHOW}, json={column: target})

    @pytest.mark.parametrize("table", OWNERS)
    def test_taking_over(self, thief: Thief, world: World, table: str) -> None:
        """Try to point the owner's row at the thief, the thief's match or session, or at null."""
        for column in OWNERS[table]:
            for target in (str(thief.user.id), world.ids["match"], world.ids["study"], None):
                path = f"/{table}?id=eq.{world.key(table)}"
                attempt(thief, "PATCH", path, {"Prefer": SHOW}, json={column: target})
        taken = dict.fromkeys(OWNERS[table], str(thief.user.id))
        attempt(thief, "PATCH", f"/{table}?id=eq.{world.key(table)}", json=taken)
        attempt(
            thief,
            "PATCH",
            f"/{table}?id=eq.{world.key(table)}&columns={','.join(taken)}",
            json=taken,
        )


class TestDelete:
    @pytest.mark.parametrize("table", TABLES)
    def test_each_table(self, thief: Thief, world: World, table: str) -> None:
        words = {"key": world.key(table), "mine": world.ids["strangers_posting"]}
        for query, prefer in WAYS:
            attempt(thief, "DELETE", f"/{table}?{query}".format(**words), {"Prefer": prefer})


class TestInsert:
    @pytest.mark.parametrize("table", TABLES)
    def test_the_owners_row_again(self, thief: Thief, sql: Sql, world: World, table: str) -> None:
        row = world.row(sql, table)
        anew = row | {"id": str(uuid4())}
        without_id = {name: value for name, value in row.items() if name != "id"}
        bodies: list[Any] = [row, anew, without_id, [row, anew], {}, [{}], {"id": row["id"]}]
        for body in bodies:
            attempt(thief, "POST", f"/{table}", json=body)
            attempt(thief, "POST", f"/{table}", {"Prefer": f"missing=default,{SHOW}"}, json=body)
        attempt(thief, "PUT", f"/{table}?id=eq.{row['id']}", json=row)

    @pytest.mark.parametrize("table", OWNERS)
    def test_under_the_owners_name(self, thief: Thief, world: World, table: str) -> None:
        """What a browser, or the API's role, might write, with the owner as its owner."""
        row: dict[str, Any] = {
            "user_profiles": {"first_name": "Planted"},
            "job_postings": {"title": "Planted"},
            "study_sessions": {"title": "Planted"},
            "chat_sessions": {"title": "Planted"},
            "chat_messages": {"content": "Planted"},
            "session_api_idempotency_keys": dict.fromkeys(["key", "fingerprint"], "b" * 64)
            | {"row_id": world.ids["chat"]},
        }.get(table, {})
        owned = row | dict.fromkeys(OWNERS[table], world.ids["owner"])
        attempt(thief, "POST", f"/{table}", {"Prefer": SHOW}, json=owned)
        attempt(thief, "POST", f"/{table}?columns={','.join(owned)}", json=owned)

    @pytest.mark.parametrize("order", [1, -1])
    @pytest.mark.parametrize("prefer", ["", SHOW, MERGE, IGNORE, "missing=default", "tx=commit"])
    def test_own_and_foreign_rows_at_once(
        self, thief: Thief, world: World, order: int, prefer: str
    ) -> None:
        """All or nothing: with one row of another user, none of the caller's is stored."""
        own = {"user_id": str(thief.user.id), "title": "Own"}
        foreign = {"user_id": world.ids["owner"], "title": "Planted"}
        rows = [own, own, foreign][::order]
        attempt(thief, "POST", "/job_postings", {"Prefer": prefer}, json=rows)

    @pytest.mark.parametrize(
        ("media_type", "body"),
        [
            ("text/csv", "user_id,title\n{thief},Own\n{owner},Planted\n"),
            ("application/x-www-form-urlencoded", "user_id={owner}&title=Planted"),
            (
                "application/vnd.pgrst.array+json",
                '[{{"user_id": "{owner}", "title": "Planted"}}]',
            ),
            # two values of one name: whichever counts, the thief is the other
            ("application/json", '{{"user_id": "{thief}", "user_id": "{owner}", "title": "P"}}'),
        ],
    )
    def test_other_forms_of_a_body(
        self, thief: Thief, world: World, media_type: str, body: str
    ) -> None:
        content = body.format(thief=thief.user.id, owner=world.owner.id)
        answer = thief("POST", "/job_postings", {"Content-Type": media_type}, content=content)
        assert postgrest_code(answer) in {"42501", "PGRST102"}


class TestUpsert:
    @pytest.mark.parametrize("resolution", [MERGE, IGNORE])
    @pytest.mark.parametrize("table", OWNERS)
    def test_over_the_owners_key(
        self, thief: Thief, sql: Sql, world: World, table: str, resolution: str
    ) -> None:
        row = world.row(sql, table)
        mine = row | dict.fromkeys(OWNERS[table], str(thief.user.id))
        for target in ("", *unique(sql, table)):
            path = f"/{table}?on_conflict={target}" if target else f"/{table}"
            for body in (row, mine, [mine, row]):
                attempt(thief, "POST", path, {"Prefer": f"{resolution},{SHOW}"}, json=body)

    @pytest.mark.parametrize("resolution", [MERGE, IGNORE])
    def test_with_the_columns_that_a_browser_may_write(
        self, thief: Thief, sql: Sql, world: World, resolution: str
    ) -> None:
        for table, row in (
            ("user_profiles", {"id": world.ids["owner"], "first_name": "Taken"}),
            ("job_postings", {"user_id": world.ids["owner"], "title": "Taken"}),
        ):
            for target in unique(sql, table):
                path = f"/{table}?on_conflict={target}&columns={','.join(row)}"
                attempt(thief, "POST", path, {"Prefer": f"{resolution},{SHOW}"}, json=row)
            whole = row | {"id": world.key(table)}
            attempt(thief, "PUT", f"/{table}?id=eq.{world.key(table)}", json=whole)
