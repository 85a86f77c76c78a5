from datetime import datetime

import httpx
import pytest

from tests.actors import NewMatch, NewUser, NewWingman, Sql
from tests.answers import code
from tests.conftest import AsUser
from tests.sessions.wingman.conftest import SESSIONS, Counted, at, refused


class TestList:
    def test_anonymous(self, anonymous: httpx.Client) -> None:
        answer = anonymous.get(SESSIONS)
        assert answer.status_code == 401
        assert code(answer) == "NOT_AUTHENTICATED"

    def test_stranger(self, as_user: AsUser, wingman: NewWingman) -> None:
        answer = as_user(wingman().stranger).get(SESSIONS)
        assert answer.status_code == 200
        assert answer.json() == {
            "items": [],
            "total": 0,
            "limit": 20,
            "offset": 0,
            "next": None,
            "prev": None,
        }

    def test_newcomer(self, as_user: AsUser, user: NewUser) -> None:
        assert as_user(user()).get(SESSIONS).json()["total"] == 0

    def test_valid(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        for user in (session.user1, session.user2):
            client = as_user(user)
            answer = client.get(SESSIONS)
            assert answer.status_code == 200
            assert answer.json()["items"] == [client.get(at(session)).json()]
            assert answer.json()["total"] == 1

    def test_newest_first(
        self, as_user: AsUser, wingman: NewWingman, match: NewMatch, sql: Sql
    ) -> None:
        pair = match()
        made = [wingman("cancelled", of=pair) for _ in range(5)]
        for age, session in enumerate(made):
            sql.execute(
                "update public.wingman_sessions set created_at = created_at - %s * interval '1 h'"
                " where id = %s",
                [age // 2, session.session_id],  # two at a time share their moment
            )
        client = as_user(pair.user1)
        items = client.get(SESSIONS).json()["items"]
        order = [(datetime.fromisoformat(item["created_at"]), item["id"]) for item in items]
        assert len(order) == 5
        assert order == sorted(order, reverse=True)

        walked = []
        link: str | None = f"{SESSIONS}?limit=1"
        while link:
            page = client.get(link).json()
            walked += page["items"]
            link = page["next"]
        assert walked == items

    @pytest.mark.parametrize("sort_order", ["asc", "desc"])
    @pytest.mark.parametrize("sort_by", ["created_at", "scheduled_time"])
    def test_sorted(
        self,
        as_user: AsUser,
        wingman: NewWingman,
        match: NewMatch,
        sql: Sql,
        sort_by: str,
        sort_order: str,
    ) -> None:
        pair = match()
        made = [wingman("cancelled", of=pair) for _ in range(4)]
        for number, session in enumerate(made):
            sql.execute(
                "update public.wingman_sessions set created_at = created_at - %s * interval '1 h',"
                " scheduled_time = now() + %s * interval '1 h' where id = %s",
                [number, number // 2, session.session_id],
            )
        client = as_user(pair.user1)
        query = {"sort_by": sort_by, "sort_order": sort_order, "limit": "3"}
        page = client.get(SESSIONS, params=query).json()
        items = page["items"] + client.get(page["next"]).json()["items"]
        order = [(datetime.fromisoformat(item[sort_by]), item["id"]) for item in items]
        assert len(order) == 4
        assert order == sorted(order, reverse=sort_order == "desc")

    def test_page(self, as_user: AsUser, wingman: NewWingman, match: NewMatch) -> None:
        pair = match()
        for _ in range(3):
            wingman("cancelled", of=pair)
        client = as_user(pair.user2)
        page = client.get(SESSIONS, params={"limit": 2}).json()
        assert (len(page["items"]), page["total"]) == (2, 3)
        assert page["prev"] is None
        following = client.get(page["next"]).json()
        assert (len(following["items"]), following["next"]) == (1, None)
        assert client.get(following["prev"]).json() == page

    @pytest.mark.parametrize("offset", [1, 2, 10**9, 2**63 - 101])
    def test_past_the_end(self, as_user: AsUser, wingman: NewWingman, offset: int) -> None:
        client = as_user(wingman().user1)
        answer = client.get(SESSIONS, params={"offset": offset})
        assert answer.status_code == 200
        page = answer.json()
        assert (page["items"], page["total"], page["next"]) == ([], 1, None)
        assert client.get(page["prev"]).json()["items"]

    def test_past_the_end_of_nothing(self, as_user: AsUser, user: NewUser) -> None:
        page = as_user(user()).get(SESSIONS, params={"offset": 5}).json()
        assert (page["items"], page["total"], page["next"], page["prev"]) == ([], 0, None, None)

    def test_status(self, as_user: AsUser, wingman: NewWingman, match: NewMatch) -> None:
        pair = match()
        for status in ("cancelled", "completed", "cancelled", "scheduled"):
            wingman(status, of=pair)
        client = as_user(pair.user1)
        page = client.get(SESSIONS, params={"status": "cancelled", "limit": 1}).json()
        assert [item["status"] for item in page["items"]] == ["cancelled"]
        assert page["total"] == 2
        assert client.get(page["next"]).json()["items"][0]["status"] == "cancelled"
        assert client.get(SESSIONS, params={"status": "no_show"}).json()["total"] == 0

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=abc", "limit"),
            ("limit=-1", "limit"),
            ("offset=-1", "offset"),
            ("offset=9223372036854775807", "offset"),
            ("offset=1e3", "offset"),
            ("sort_by=venue_name", "sort_by"),
            ("sort_order=up", "sort_order"),
            ("status=done", "status"),
            ("status=", "status"),
            ("limt=5", "limt"),
        ],
    )
    def test_malformed(self, as_user: AsUser, user: NewUser, query: str, field: str) -> None:
        assert refused(as_user(user()).get(f"{SESSIONS}?{query}")) == [field]

    @pytest.mark.parametrize("limit", [1, 100])
    def test_limits(self, as_user: AsUser, wingman: NewWingman, limit: int) -> None:
        page = as_user(wingman().user1).get(SESSIONS, params={"limit": limit}).json()
        assert page["limit"] == limit
        assert len(page["items"]) == 1

    def test_links_are_paths(self, as_user: AsUser, wingman: NewWingman, match: NewMatch) -> None:
        pair = match()
        for _ in range(2):
            wingman("cancelled", of=pair)
        client = as_user(pair.user1)
        spoofed = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
        page = client.get(f"{SESSIONS}?limit=1", headers=spoofed).json()
        assert page["next"] == f"{SESSIONS}?limit=1&offset=1"

    def test_cost(self, counted: Counted, wingman: NewWingman) -> None:
        client = counted.client(wingman().user1)
        assert client.get(SESSIONS, params={"limit": 5, "status": "scheduled"}).status_code == 200
        assert counted.requests == ["GET /wingman_session_details"]
