"""Text in a path, a query, a header or a body is never taken for syntax."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from api.kinds import KINDS
from tests.actors import NewUser, Sql
from tests.attacks.inputs import (
    BASES,
    OPERATORS,
    OVERRIDES,
    PATHS,
    QUERIES,
    SPOOFED,
    TEXTS,
    UNSTORABLE,
)
from tests.attacks.thief import assert_silent
from tests.attacks.world import World, one
from tests.conftest import AsUser, client


@pytest.fixture(scope="module")
def stranger(api: str, world: World) -> Iterator[httpx.Client]:
    with client(api, Authorization=f"Bearer {world.stranger.token}") as browser:
        yield browser


@pytest.fixture(scope="module")
def owner(api: str, world: World) -> Iterator[httpx.Client]:
    with client(api, Authorization=f"Bearer {world.owner.token}") as browser:
        yield browser


def raw(browser: httpx.Client, method: str, target: str, **options: Any) -> httpx.Response:
    """Send the target exactly as written: a client would normalise it."""
    url = httpx.URL(str(browser.base_url)).copy_with(raw_path=target.encode())
    return browser.request(method, url, **options)


@pytest.mark.usefixtures("unchanged")
class TestPaths:
    @pytest.mark.parametrize("path", PATHS)
    def test_ids(
        self, stranger: httpx.Client, owner: httpx.Client, world: World, path: str
    ) -> None:
        for kind in KINDS:
            key = world.key(f"{kind}_sessions")
            written = quote(
                path.format(id=key, ID=key.upper(), hex=key.replace("-", "")), safe="%/;:&(),'*.{}"
            )
            for method in ("GET", "DELETE"):
                answer = raw(stranger, method, f"/api/v1/{kind}/sessions/{written}")
                assert answer.status_code in (403, 404, 405, 422)
                assert_silent(answer, [world.own, world.shared])
            found = raw(owner, "GET", f"/api/v1/{kind}/sessions/{written}")
            # %2Fmessages leads to the owner's messages
            assert found.status_code in (404, 405, 422) or key in found.text

    @pytest.mark.parametrize("base", BASES)
    def test_addresses(self, stranger: httpx.Client, world: World, base: str) -> None:
        for kind in KINDS:
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
                target = f"{base.format(kind=kind)}/{world.key(f'{kind}_sessions')}"
                body = {"title": "Taken"} if method in ("PUT", "PATCH") else None
                answer = raw(stranger, method, target, json=body)
                assert answer.status_code in (403, 404, 405)
                assert "location" not in answer.headers
                assert_silent(answer, [world.own, world.shared])

    @pytest.mark.parametrize("header", OVERRIDES)
    def test_other_methods_by_a_header(
        self, owner: httpx.Client, world: World, header: str
    ) -> None:
        path = f"/api/v1/study/sessions/{world.ids['study']}"
        for method in ("DELETE", "PUT", "PATCH"):
            assert owner.get(path, headers={header: method}).json()["title"] == world.own
            assert owner.get(f"{path}?{header}={method}").json()["title"] == world.own
            assert owner.post(path, headers={header: method}, json={}).status_code == 405


@pytest.mark.usefixtures("unchanged")
class TestQueries:
    @pytest.mark.parametrize("path", QUERIES)
    def test_operators(self, stranger: httpx.Client, world: World, path: str) -> None:
        for name in QUERIES[path]:
            for value in OPERATORS:
                answer = stranger.get(path.format(**world.ids), params={name: value})
                assert answer.status_code in (403, 422), (name, value)
                assert_silent(answer, [world.own, world.shared])

    def test_a_parameter_twice(self, stranger: httpx.Client, owner: httpx.Client) -> None:
        for query in (
            "status=scheduled&status=in.(completed)",
            "limit=1&limit=1000",
            "limit=1000&limit=1",
            "offset=0&offset=-1",
        ):
            for browser in (stranger, owner):
                answer = browser.get(f"/api/v1/wingman/sessions?{query}")
                assert answer.status_code == 422 or answer.json()["limit"] <= 100

    def test_links_keep_what_was_sent_as_it_was_meant(self, owner: httpx.Client) -> None:
        answer = owner.get("/api/v1/chat/sessions?limit=1&offset=5&sort_by=created_at")
        assert answer.json()["prev"].startswith("/api/v1/chat/sessions?sort_by=created_at&limit=1")


class TestTexts:
    @pytest.mark.parametrize("text", TEXTS)
    def test_come_back_and_mean_nothing(
        self, as_user: AsUser, user: NewUser, sql: Sql, text: str
    ) -> None:
        author = user()
        browser = as_user(author)
        study = browser.post("/api/v1/study/sessions", json={"title": text, "description": text})
        chat = browser.post("/api/v1/chat/sessions", json={"title": text})
        for created in (study, chat):
            assert created.status_code == 201
            assert "set-cookie" not in created.headers
            location = created.headers["location"]
            assert location.endswith(f"/{created.json()['id']}")
            assert browser.get(location).json() == created.json()
        plan = {"draft_plan": {text: text}}
        changed = browser.put(f"/api/v1/study/sessions/{study.json()['id']}", json=plan)
        assert changed.json()["draft_plan"] == plan["draft_plan"]
        posted = browser.post(
            f"/api/v1/chat/sessions/{chat.json()['id']}/messages", json={"content": text}
        )
        assert posted.json()["content"] == text
        rows = one(
            sql, "select count(*) from public.study_sessions where profile_id = %s", [author.id]
        )
        assert rows == 1

    def test_a_name_twice(self, as_user: AsUser, user: NewUser) -> None:
        """Whatever counts, it is one of the two, checked, and the owner is the caller."""
        author = user()
        answer = as_user(author).post(
            "/api/v1/study/sessions",
            content=b'{"title": "First", "title": "<b>Second</b>"}',
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == 422 or answer.json()["title"] in ("First", "Second")


@pytest.mark.usefixtures("unchanged")
class TestBodies:
    @pytest.mark.parametrize("text", UNSTORABLE, ids=ascii)
    def test_that_are_none(self, owner: httpx.Client, world: World, text: str) -> None:
        # httpx would not encode half a surrogate pair
        written = f'"{ascii(text)[1:-1]}"'.replace("\\x00", "\\u0000").encode()
        for path in ("/api/v1/study/sessions", "/api/v1/chat/sessions"):
            answer = owner.post(
                path,
                content=b'{"title": %b}' % written,
                headers={"Content-Type": "application/json"},
            )
            assert answer.status_code == 422

    def test_ids_in_bodies(self, owner: httpx.Client, world: World) -> None:
        for value in (
            f"eq.{world.ids['posting']}",
            f"in.({world.ids['posting']})",
            f"{world.ids['posting']},{uuid4()}",
            f"{world.ids['posting']}&select=*",
            [world.ids["posting"]],
            {"eq": world.ids["posting"]},
            None,
            True,
            1,
        ):
            posting = owner.post("/api/v1/interview/sessions", json={"job_posting_id": value})
            assert posting.status_code == 422
            match = owner.post(
                "/api/v1/wingman/sessions",
                json={
                    "match_id": value,
                    "venue_name": "Here",
                    "scheduled_time": "2100-01-01T00:00:00Z",
                    "user1_challenge_id": world.ids["challenge1"],
                    "user2_challenge_id": world.ids["challenge2"],
                },
            )
            assert match.status_code == 422

    @pytest.mark.parametrize("time", ["now", "infinity", "-infinity", "epoch", "tomorrow", "today"])
    def test_times_that_only_the_database_knows(
        self, owner: httpx.Client, world: World, time: str
    ) -> None:
        answer = owner.post(
            "/api/v1/wingman/sessions",
            json={
                "match_id": world.ids["match"],
                "venue_name": "Here",
                "scheduled_time": time,
                "user1_challenge_id": world.ids["challenge1"],
                "user2_challenge_id": world.ids["challenge2"],
            },
        )
        assert answer.status_code == 422

    @pytest.mark.parametrize(
        "media_type",
        [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "text/csv",
            "application/vnd.pgrst.object+json; charset=utf-7",
        ],
    )
    def test_other_media_types(self, owner: httpx.Client, media_type: str) -> None:
        """A form on another site can send some of these without a preflight request."""
        for path in ("/api/v1/study/sessions", "/api/v1/chat/sessions"):
            answer = owner.post(
                path, content=b'{"title": ["Planted"]}', headers={"Content-Type": media_type}
            )
            assert answer.status_code == 422


class TestSpoofing:
    @pytest.mark.parametrize("headers", SPOOFED, ids=str)
    def test_no_address_is_made_from_a_header(
        self, as_user: AsUser, user: NewUser, headers: dict[str, str]
    ) -> None:
        browser = as_user(user())
        created = browser.post("/api/v1/study/sessions", json={"title": "A"}, headers=headers)
        browser.post("/api/v1/study/sessions", json={"title": "B"})
        listed = browser.get("/api/v1/study/sessions?limit=1", headers=headers)
        for answer in (created, listed, browser.get("/docs", headers=headers)):
            assert "evil.example" not in answer.text
            assert "evil.example" not in str(answer.headers)
        assert created.headers["location"].startswith("/api/v1/study/sessions/")
        assert listed.json()["next"].startswith("/api/v1/study/sessions?")
