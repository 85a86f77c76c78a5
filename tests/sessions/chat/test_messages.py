"""A chat session's messages over HTTP: numbering, pages and access."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.actors import NewUser, Sql, User
from tests.answers import error
from tests.conftest import AsRole, AsUser, Rest
from tests.sessions.chat.sessions import PATH, new, with_messages


class TestPost:
    def test_anonymous(self, anonymous: httpx.Client) -> None:
        answer = anonymous.post(f"{PATH}/{uuid4()}/messages", json={"content": "x"})
        assert error(answer) == (401, "NOT_AUTHENTICATED")

    def test_stranger(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session_id = new(client)
        answer = as_user(user()).post(f"{PATH}/{session_id}/messages", json={"content": "x"})
        assert error(answer) == (403, "NOT_OWNER")
        assert client.get(f"{PATH}/{session_id}").json()["message_count"] == 0

    def test_absent(self, as_user: AsUser, user: NewUser) -> None:
        answer = as_user(user()).post(f"{PATH}/{uuid4()}/messages", json={"content": "x"})
        assert error(answer) == (404, "SESSION_NOT_FOUND")

    def test_valid(self, as_user: AsUser, user: NewUser) -> None:
        owner = user()
        client = as_user(owner)
        session_id = new(client)
        for order, role in enumerate(("user", "assistant", "system"), 1):
            answer = client.post(
                f"{PATH}/{session_id}/messages", json={"role": role, "content": f"it is {role}"}
            )
            message = answer.json()
            assert answer.status_code == 201
            assert message["message_order"] == order
            assert (message["role"], message["content"]) == (role, f"it is {role}")
            assert (message["session_id"], message["user_id"]) == (session_id, str(owner.id))
        session = client.get(f"{PATH}/{session_id}").json()
        assert session["message_count"] == 3
        assert session["last_updated"] == message["timestamp"]

    @pytest.mark.parametrize(
        "content",
        ["<b>bold</b> & <script>x</script>", "a\nb\t\r\n", "👩‍👩‍👧‍👦 שלום", "x" * 32_000, " "],
    )
    def test_stored_as_typed(self, content: str, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session_id = new(client)
        client.post(f"{PATH}/{session_id}/messages", json={"content": content})
        page = client.get(f"{PATH}/{session_id}/messages").json()
        assert [message["content"] for message in page["items"]] == [content]

    @pytest.mark.parametrize("character", ["x", "é", "語", "😀", "\n", "\x01", '"'])
    @pytest.mark.parametrize("escaped", [False, True])
    def test_longest(
        self, character: str, as_user: AsUser, user: NewUser, *, escaped: bool
    ) -> None:
        """32,000 characters of any script fit, escaped or not."""
        client = as_user(user())
        path = f"{PATH}/{new(client)}/messages"
        body = json.dumps({"content": character * 32_000}, ensure_ascii=escaped)
        headers = {"Content-Type": "application/json"}
        answer = client.post(path, content=body.encode(), headers=headers)
        assert answer.status_code == 201, answer.text
        assert client.get(path).json()["items"][0]["content"] == character * 32_000

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("content", ""),
            ("content", None),
            ("content", "x" * 32_001),
            ("content", "a\0b"),
            ("content", 1),
            ("role", "admin"),
            ("role", None),
            ("message_order", 7),
            ("timestamp", "2020-01-01T00:00:00Z"),
            ("user_id", "00000000-0000-4000-8000-000000000000"),
        ],
    )
    def test_bad_value(self, field: str, value: Any, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        session_id = new(client)
        answer = client.post(f"{PATH}/{session_id}/messages", json={"content": "x", field: value})
        assert error(answer) == (422, "VALIDATION_ERROR")
        assert answer.json()["detail"]["errors"][0]["field"] == field
        assert client.get(f"{PATH}/{session_id}").json()["message_count"] == 0

    def test_fifty_at_once(self, as_user: AsUser, user: NewUser) -> None:
        owner = user()
        clients = [as_user(owner) for _ in range(50)]
        session_id = new(clients[0])
        path = f"{PATH}/{session_id}/messages"
        with ThreadPoolExecutor(50) as pool:
            answers = list(
                pool.map(
                    lambda it: it[1].post(path, json={"content": str(it[0])}), enumerate(clients)
                )
            )
        assert {answer.status_code for answer in answers} == {201}
        page = clients[0].get(path, params={"limit": 100}).json()
        assert [message["message_order"] for message in page["items"]] == list(range(1, 51))
        times = [datetime.fromisoformat(message["timestamp"]) for message in page["items"]]
        assert times == sorted(times)
        assert page["total"] == 50


class TestList:
    def test_anonymous(self, anonymous: httpx.Client) -> None:
        assert error(anonymous.get(f"{PATH}/{uuid4()}/messages")) == (401, "NOT_AUTHENTICATED")

    def test_stranger(self, as_user: AsUser, user: NewUser) -> None:
        session_id = new(as_user(user()))
        answer = as_user(user()).get(f"{PATH}/{session_id}/messages")
        assert error(answer) == (403, "NOT_OWNER")

    def test_absent(self, as_user: AsUser, user: NewUser) -> None:
        answer = as_user(user()).get(f"{PATH}/{uuid4()}/messages")
        assert error(answer) == (404, "SESSION_NOT_FOUND")

    def test_empty(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        page = client.get(f"{PATH}/{new(client)}/messages").json()
        assert page == {
            "items": [],
            "total": 0,
            "limit": 20,
            "offset": 0,
            "next": None,
            "prev": None,
        }

    @pytest.mark.parametrize("sort_by", ["timestamp", "message_order"])
    @pytest.mark.parametrize("sort_order", ["asc", "desc"])
    @pytest.mark.parametrize("limit", [1, 3, 7, 100])
    def test_every_page(
        self, sort_by: str, sort_order: str, limit: int, as_user: AsUser, user: NewUser, sql: Sql
    ) -> None:
        owner = user()
        client = as_user(owner)
        session_id = new(client)
        with_messages(sql, owner, session_id, 8)
        first = f"{PATH}/{session_id}/messages?sort_by={sort_by}&sort_order={sort_order}"
        there, back = [], []
        path: str | None = f"{first}&limit={limit}"
        while path:
            page = client.get(path).json()
            assert (page["total"], page["limit"]) == (8, limit)
            there.append([message["message_order"] for message in page["items"]])
            path = page["next"]
        path = page["prev"]
        while path:
            page = client.get(path).json()
            back.append([message["message_order"] for message in page["items"]])
            path = page["prev"]
        expected = list(range(1, 9)) if sort_order == "asc" else list(range(8, 0, -1))
        assert [order for page in there for order in page] == expected
        assert back == there[-2::-1]

    @pytest.mark.parametrize("offset", [8, 9, 1_000_000, 2**63 - 101])
    @pytest.mark.parametrize("sort_order", ["asc", "desc"])
    def test_past_the_end(
        self, offset: int, sort_order: str, as_user: AsUser, user: NewUser, sql: Sql
    ) -> None:
        owner = user()
        client = as_user(owner)
        session_id = new(client)
        with_messages(sql, owner, session_id, 8)
        page = client.get(
            f"{PATH}/{session_id}/messages", params={"offset": offset, "sort_order": sort_order}
        ).json()
        assert (page["items"], page["total"], page["next"]) == ([], 8, None)

    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=101",
            "limit=-1",
            "offset=-1",
            f"offset={2**63}",
            "limit=ten",
            "sort_by=content",
            "sort_by=id",
            "sort_order=up",
            "sort=asc",
            "sort_by=",
        ],
    )
    def test_bad_query(self, query: str, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        answer = client.get(f"{PATH}/{new(client)}/messages?{query}")
        assert error(answer) == (422, "VALIDATION_ERROR")
        assert answer.json()["detail"]["errors"][0]["field"] == query.split("=")[0]

    @pytest.mark.parametrize("newest_first", [False, True])
    def test_any_offset_costs_the_same(
        self, newest_first: bool, as_user: AsUser, user: NewUser, sql: Sql, as_role: AsRole
    ) -> None:
        """The page's inner query is a range of the index, at every offset."""
        owner = user()
        session_id = new(as_user(owner))
        with_messages(sql, owner, session_id, 5_000)
        sql.execute("analyze public.chat_messages")
        read = [
            blocks_read(as_role, owner, session_id, offset, newest_first)
            for offset in (0, 2_500, 4_990, 1_000_000)
        ]
        assert max(read) <= read[0] + 4


class TestListSessions:
    def test_sorted_by_last_updated(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        ids = [new(client) for _ in range(3)]
        client.post(f"{PATH}/{ids[0]}/messages", json={"content": "x"})
        for sort_order, expected in (
            ("desc", [ids[0], ids[2], ids[1]]),
            ("asc", [ids[1], ids[2], ids[0]]),
        ):
            page = client.get(
                PATH, params={"sort_by": "last_updated", "sort_order": sort_order}
            ).json()
            assert [session["id"] for session in page["items"]] == expected

    def test_links_keep_the_order(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        for _ in range(2):
            new(client)
        page = client.get(PATH, params={"sort_order": "asc", "limit": 1}).json()
        assert page["next"] == f"{PATH}?sort_order=asc&limit=1&offset=1"

    @pytest.mark.parametrize("query", ["sort_by=title", "sort_by=user_id", "sort_order=newest"])
    def test_bad_query(self, query: str, as_user: AsUser, user: NewUser) -> None:
        assert error(as_user(user()).get(f"{PATH}?{query}")) == (422, "VALIDATION_ERROR")


class TestDirectly:
    def test_only_the_owner_reads(
        self, as_user: AsUser, user: NewUser, sql: Sql, rest: Rest
    ) -> None:
        owner = user()
        session_id = new(as_user(owner))
        with_messages(sql, owner, session_id, 2)
        one = {"session_id": f"eq.{session_id}"}
        assert len(rest(owner).get("/chat_messages", params=one).json()) == 2
        assert rest(user()).get("/chat_messages", params=one).json() == []
        assert rest(None).get("/chat_messages", params=one).status_code == 401

    def test_nobody_writes(self, as_user: AsUser, user: NewUser, rest: Rest) -> None:
        owner = user()
        session_id = new(as_user(owner))
        message = {"user_id": str(owner.id), "session_id": session_id, "content": "x"}
        browser = rest(owner)
        one = {"session_id": f"eq.{session_id}"}
        for answer in (
            browser.post("/chat_messages", json=message),
            browser.patch("/chat_messages", params=one, json={"content": "y"}),
            browser.delete("/chat_messages", params=one),
            browser.patch("/chat_sessions", params={"id": one["session_id"]}, json={"title": "y"}),
        ):
            assert answer.json()["code"] == "42501"


def blocks_read(
    as_role: AsRole, owner: User, session_id: str, offset: int, newest_first: bool
) -> int:
    """How many blocks reading one page touches, including those inside the function."""
    with as_role("session_api", owner.id) as cursor:
        call = (
            "explain (analyze, buffers, format json)"
            f" select public.chat_message_page('{session_id}', 20, {newest_first}, {offset})"
        )
        cursor.execute(call)  # the first call in a session reads the catalog too
        row = cursor.execute(call).fetchone()
    assert row
    plan = row[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
