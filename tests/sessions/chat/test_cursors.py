"""A chat's messages by cursor: pages stay stable while somebody posts."""

import pytest

from tests.actors import NewUser, Sql
from tests.answers import error
from tests.conftest import AsUser
from tests.sessions.chat.sessions import PATH, new, with_messages


class TestCursors:
    @pytest.mark.parametrize("sort_order", ["asc", "desc"])
    def test_while_somebody_posts(
        self, sort_order: str, as_user: AsUser, user: NewUser, sql: Sql
    ) -> None:
        """From the newest page to older ones: each message exactly once, whatever is posted."""
        owner = user()
        client = as_user(owner)
        session_id = new(client)
        with_messages(sql, owner, session_id, 10)
        link = f"{PATH}/{session_id}/messages?before=11&limit=4&sort_order={sort_order}"
        to_older = "next" if sort_order == "desc" else "prev"
        seen: list[int] = []
        while link:
            page = client.get(link).json()
            orders = [message["message_order"] for message in page["items"]]
            assert orders == sorted(orders, reverse=sort_order == "desc")
            seen += sorted(orders, reverse=True)
            client.post(f"{PATH}/{session_id}/messages", json={"content": "Meanwhile"})
            link = page[to_older]
        assert seen == list(range(10, 0, -1))
        assert page["total"] == 12

    def test_what_is_new(self, as_user: AsUser, user: NewUser, sql: Sql) -> None:
        """A client that has read up to a message asks for what came after it."""
        owner = user()
        client = as_user(owner)
        path = f"{PATH}/{new(client)}/messages"
        assert client.get(path, params={"after": 0}).json()["items"] == []
        client.post(path, json={"content": "First"})
        client.post(path, json={"content": "Second"})
        page = client.get(path, params={"after": 0, "limit": 1}).json()
        assert [it["content"] for it in page["items"]] == ["First"]
        page = client.get(page["next"]).json()
        assert [it["content"] for it in page["items"]] == ["Second"]
        assert page["next"] is None
        assert page["prev"] == f"{path}?limit=1&before=2"
        assert client.get(path, params={"after": 2}).json()["items"] == []
        client.post(path, json={"content": "Third"})
        page = client.get(path, params={"after": 2}).json()
        assert [it["content"] for it in page["items"]] == ["Third"]

    @pytest.mark.parametrize("sort_order", ["asc", "desc"])
    @pytest.mark.parametrize("name", ["before", "after"])
    @pytest.mark.parametrize("cursor", [1, 2, 5, 8, 9, 1_000, 2**63 - 1])
    def test_agrees_with_offsets(
        self, cursor: int, name: str, sort_order: str, as_user: AsUser, user: NewUser, sql: Sql
    ) -> None:
        owner = user()
        client = as_user(owner)
        path = f"{PATH}/{new(client)}/messages"
        with_messages(sql, owner, path.split("/")[-2], 8)
        query = {name: str(cursor), "limit": "3", "sort_order": sort_order}
        page = client.get(path, params=query).json()
        orders = sorted(message["message_order"] for message in page["items"])
        if name == "before":
            assert orders == [it for it in range(1, 9) if it < cursor][-3:]
        else:
            assert orders == [it for it in range(1, 9) if it > cursor][:3]
        if orders:
            offset = {"offset": str(page["offset"]), "limit": str(len(orders))}
            same = client.get(path, params=offset | {"sort_order": sort_order}).json()
            assert same["items"] == page["items"]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("before=5&after=2", "after"),
            ("before=5&offset=1", "before"),
            ("after=5&offset=1", "after"),
            ("before=0", "before"),
            ("after=-1", "after"),
            ("before=x", "before"),
            ("before=", "before"),
            (f"after={2**63}", "after"),
        ],
    )
    def test_bad_query(self, query: str, field: str, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        answer = client.get(f"{PATH}/{new(client)}/messages?{query}")
        assert error(answer) == (422, "VALIDATION_ERROR")
        assert answer.json()["detail"]["errors"][0]["field"] == field

    def test_stranger(self, as_user: AsUser, user: NewUser) -> None:
        session_id = new(as_user(user()))
        answer = as_user(user()).get(f"{PATH}/{session_id}/messages?after=0")
        assert error(answer) == (403, "NOT_OWNER")
