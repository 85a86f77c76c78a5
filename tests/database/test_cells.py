"""Cells: two databases behind one API, and each user reaches the one that their token names."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import httpx
import jwt
import psycopg
import pytest
from click.testing import CliRunner

from api.cli import main
from local.migrations import login_url
from local.project import Project
from local.server import api_settings
from tests.actors import Match, Sql, User, new_match, new_user
from tests.answers import error
from tests.conftest import AsUser, Serve, get
from tests.sessions.wingman.conftest import plan
from tests.stacks import Spare

CHAT = "/api/v1/chat/sessions"
WINGMAN = "/api/v1/wingman/sessions"
METRICS = "a-metrics-token-for-tests"


@dataclass
class Site:
    """An API in front of two cells, of which `east` is the tests' usual stack."""

    url: str
    east: Sql
    west: Sql
    secret: str

    def user(self, cell: str, name: str = "Robin") -> User:
        """A new user of a cell, with its claim in their token."""
        made = new_user(self.east if cell == "east" else self.west, self.secret, name)
        return self.claiming(made, cell)

    def claiming(self, user: User, cell: object, further: dict[str, Any] | None = None) -> User:
        """The user with a token that names another cell."""
        own = jwt.decode(user.token, options={"verify_signature": False})
        claims = {**own, "app_metadata": {"cell": cell}, **(further or {})}
        return replace(user, token=jwt.encode(claims, self.secret, "HS256"))


def address(project: Project, way: str) -> dict[str, str]:
    if way == "postgres":
        return {"API_DATABASE_URL": login_url(project.database_url)}
    return {"POSTGREST_URL": project.postgrest_url, "SUPABASE_PUBLISHABLE_KEY": project.anon_key}


def cells(stack: Project, spare: Project, way: str) -> dict[str, str]:
    """The settings of an API with the two cells."""
    found = {"east": address(stack, way), "west": address(spare, way)}
    return {"CELLS": json.dumps(found), "API_DATABASE_URL": "", "METRICS_TOKEN": METRICS}


@pytest.fixture(params=["postgrest", "postgres"])
def site(
    request: pytest.FixtureRequest, serve: Serve, stack: Project, spare: Spare, sql: Sql
) -> Iterator[Site]:
    assert stack.jwt_secret == spare.jwt_secret
    url = serve(**cells(stack, spare, request.param))
    with psycopg.connect(spare.database_url, autocommit=True) as west:
        yield Site(url, sql, west, stack.jwt_secret)


def count(sql: Sql, table: str, user: User) -> int:
    rows = sql.execute(f"select from public.{table} where user_id = '{user.id}'".encode())
    return rows.rowcount


def create(client: httpx.Client, title: str = "Chat", **headers: str) -> httpx.Response:
    return client.post(CHAT, json={"title": title}, headers=headers)


@pytest.mark.parametrize(("mine", "other"), [("east", "west"), ("west", "east")])
def test_requests_reach_their_users_cell_only(
    site: Site, as_user: AsUser, mine: str, other: str
) -> None:
    here, there = (site.east, site.west) if mine == "east" else (site.west, site.east)
    owner, stranger = site.user(mine), site.user(other)
    client, elsewhere = as_user(owner, site.url), as_user(stranger, site.url)
    chat = create(client).json()["id"]
    path = f"{CHAT}/{chat}"
    assert client.post(f"{path}/messages", json={"content": "Hello"}).status_code == 201
    assert (count(here, "chat_messages", owner), count(there, "chat_messages", owner)) == (1, 0)
    assert client.get(CHAT).json()["total"] == 1
    # in the other cell it does not exist, where in the same one it would be forbidden
    assert error(elsewhere.get(path)) == (404, "SESSION_NOT_FOUND")
    assert error(as_user(site.user(mine), site.url).get(path)) == (403, "NOT_OWNER")
    # the owner's own id there is nobody
    astray = as_user(site.claiming(owner, other), site.url)
    assert astray.get(CHAT).json()["total"] == 0
    assert error(create(astray)) == (401, "NOT_AUTHENTICATED")


@pytest.mark.parametrize(
    "cell", [None, "", "north", "EAST", " east", "east\0", ["east"], {"east": 1}, 1, True]
)
def test_no_such_cell(site: Site, as_user: AsUser, cell: object) -> None:
    lost = site.claiming(site.user("east"), cell)
    client = as_user(lost, site.url)
    for answer in (client.get(CHAT), create(client, **{"Idempotency-Key": "1"})):
        if cell == "east\0":  # Postgres cannot read such claims, so it is refused before
            assert error(answer) == (401, "NOT_AUTHENTICATED")
        else:
            assert error(answer) == (403, "UNKNOWN_CELL")
    assert count(site.east, "chat_sessions", lost) == count(site.west, "chat_sessions", lost) == 0


def test_a_cell_that_the_user_has_written(site: Site, as_user: AsUser) -> None:
    """Only the claim that the setting names counts, wherever else a cell is named."""
    written = {"cell": "west", "user_metadata": {"cell": "west"}}
    user = site.claiming(site.user("east"), "east", written)
    client = as_user(user, site.url)
    client.headers["X-Cell"] = "west"
    assert create(client).status_code == 201
    assert [count(it, "chat_sessions", user) for it in (site.east, site.west)] == [1, 0]


def test_another_cells_postgrest(spare: Spare, sql: Sql) -> None:
    """A browser may ask any cell directly, and every cell accepts its token: it is nobody there."""
    user = new_user(sql, spare.jwt_secret)
    headers = {"Authorization": f"Bearer {user.token}", "apikey": spare.anon_key}
    with httpx.Client(base_url=spare.postgrest_url, headers=headers) as there:
        for table in ("chat_sessions", "wingman_session_details", "user_profiles", "job_postings"):
            answer = there.get(f"/{table}")
            assert (answer.status_code, answer.json()) == (200, [])
        posting = {"user_id": str(user.id), "title": "a", "company": "b"}
        refused = there.post("/job_postings", json=posting)
        assert (refused.status_code, refused.json()["code"]) == (409, "23503")
        profile = {"id": str(user.id), "first_name": "a"}
        refused = there.post("/user_profiles", json=profile)
        assert (refused.status_code, refused.json()["code"]) == (409, "23503")


def test_a_key_is_of_its_cell(site: Site, as_user: AsUser) -> None:
    """The same key, from users of two cells and from one user who has moved."""
    user = site.user("east")
    site.west.execute("insert into auth.users (id) values (%s)", [user.id])
    before, after = (as_user(site.claiming(user, cell), site.url) for cell in ("east", "west"))
    key = {"Idempotency-Key": str(uuid4())}
    first, second = create(before, **key), create(after, **key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]
    again = create(before, **key)
    assert (again.headers["Idempotency-Replayed"], again.content) == ("true", first.content)
    kept = "select from public.session_api_idempotency_keys where user_id = %s"
    assert [it.execute(kept, [user.id]).rowcount for it in (site.east, site.west)] == [1, 1]


def pair(site: Site, cell: str) -> Match:
    sql = site.east if cell == "east" else site.west
    made: Callable[[str], User] = lambda name: site.user(cell, name)  # noqa: E731
    return new_match(sql, made)


def test_matches_live_within_one(site: Site, as_user: AsUser) -> None:
    match = pair(site, "west")
    created = as_user(match.user1, site.url).post(WINGMAN, json=plan(match))
    assert created.status_code == 201, created.text
    path = f"{WINGMAN}/{created.json()['id']}"
    assert as_user(match.user2, site.url).get(path).json()["you"] == "user2"
    assert error(as_user(match.stranger, site.url).get(path)) == (403, "NOT_A_PARTICIPANT")
    astray = as_user(site.claiming(match.user1, "east"), site.url)
    assert error(astray.get(path)) == (404, "SESSION_NOT_FOUND")
    assert error(astray.post(WINGMAN, json=plan(match))) == (404, "MATCH_NOT_FOUND")
    # nor can such a match be written: the other user is not there
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        site.west.execute(
            "insert into public.wingman_matches (id, user1_id, user2_id, status)"
            " values (%s, %s, %s, 'accepted')",
            [uuid4(), match.user1.id, site.user("east").id],
        )


def read_metrics(url: str) -> dict[str, float]:
    lines = get(f"{url}/metrics", Authorization=f"Bearer {METRICS}").text.splitlines()
    found = (line.rpartition(" ") for line in lines if line.startswith("session_api_cell"))
    return {name: float(value) for name, _, value in found}


def test_metrics(site: Site, as_user: AsUser) -> None:
    before = read_metrics(site.url)
    as_user(site.user("west"), site.url).get(CHAT)
    as_user(site.user("west"), site.url).get(f"{CHAT}/{uuid4()}")
    as_user(site.claiming(site.user("west"), "north"), site.url).get(CHAT)
    after = read_metrics(site.url)
    more = {
        name: value - before.get(name, 0)
        for name, value in after.items()
        if "ready" not in name and "created" not in name and value != before.get(name, 0)
    }
    assert more['session_api_cell_requests_total{cell="west",status="200"}'] == 1
    assert more['session_api_cell_requests_total{cell="west",status="404"}'] == 1
    assert more['session_api_cell_upstream_seconds_count{cell="west"}'] == 2
    assert not [name for name in more if 'cell="west"' not in name]


class TestAway:
    """One cell is down."""

    @pytest.fixture(params=["postgrest", "postgres"])
    def half(self, request: pytest.FixtureRequest, serve: Serve, stack: Project) -> str:
        found = {"east": address(stack, request.param), "west": {"POSTGREST_URL": "http://[::1]:9"}}
        return serve(CELLS=json.dumps(found), API_DATABASE_URL="", METRICS_TOKEN=METRICS)

    def test_the_others_users_are_served(
        self, half: str, as_user: AsUser, sql: Sql, stack: Project
    ) -> None:
        site = Site(half, sql, sql, stack.jwt_secret)
        user = site.user("east")
        assert create(as_user(user, half)).status_code == 201
        lost = as_user(site.claiming(user, "west"), half)
        assert error(lost.get(CHAT)) == (503, "DATABASE_UNAVAILABLE")
        assert get(f"{half}/readyz").status_code == 200
        ready = read_metrics(half)
        assert ready['session_api_cell_ready{cell="east"}'] == 1
        assert ready['session_api_cell_ready{cell="west"}'] == 0

    def test_all_are(self, serve: Serve) -> None:
        nowhere = {"POSTGREST_URL": "http://[::1]:9"}
        url = serve(CELLS=json.dumps({"east": nowhere, "west": nowhere}), API_DATABASE_URL="")
        assert error(get(f"{url}/readyz")) == (503, "DATABASE_UNAVAILABLE")


class TestDoctor:
    def run(self, stack: Project, spare: Spare, way: str, *options: str) -> tuple[int, str]:
        env = {**api_settings(stack), **cells(stack, spare, way)}
        done = CliRunner().invoke(main, ["doctor", *options], env=env)
        return done.exit_code, done.output

    @pytest.mark.parametrize("way", ["postgrest", "postgres"])
    def test_one_cell(self, stack: Project, spare: Spare, way: str) -> None:
        for cell, project in (("east", stack), ("west", spare)):
            url = ["--database-url", project.database_url]
            _, output = self.run(stack, spare, way, "--cell", cell, *url)
            # other tests' chats, made by SQL, may be numbered as no API numbers them
            assert set(re.findall(r"\[([a-z-]+)\]$", output, re.MULTILINE)) <= {"chat-counters"}
            assert "ok     the database's clock" in output, output

    @pytest.mark.parametrize("options", [(), ("--cell", "north")])
    def test_which_one(self, stack: Project, spare: Spare, options: tuple[str, ...]) -> None:
        code, output = self.run(stack, spare, "postgrest", *options)
        assert code == 2
        assert "Choose one of CELLS with --cell: east, west." in output


def test_ids_are_not_asked_in_the_other_cell(site: Site, as_user: AsUser) -> None:
    """A row with the same id in both: each user has their own."""
    session_id = uuid4()
    for cell, sql in (("east", site.east), ("west", site.west)):
        user = site.user(cell)
        sql.execute(
            "insert into public.chat_sessions (id, user_id, title) values (%s, %s, %s)",
            [session_id, user.id, cell],
        )
        found = as_user(user, site.url).get(f"{CHAT}/{session_id}").json()
        assert found["title"] == cell
