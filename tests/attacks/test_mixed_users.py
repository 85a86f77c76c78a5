"""Many users at once, over shared connections: nobody gets another user's answer."""

import asyncio
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
import pytest

from local.project import Project
from tests.actors import Sql, User, new_user
from tests.conftest import client

USERS = 20
REQUESTS = 400


@dataclass(frozen=True)
class Crowd:
    """Users with a study session and a chat message each that say whose they are."""

    users: list[User]

    def word(self, user: User) -> str:
        return f"secret-of-{user.id}"

    def assert_own(self, user: User, text: str) -> None:
        """Make sure that an answer contains only this user's data."""
        assert self.word(user) in text
        assert not [it for it in self.users if it is not user and str(it.id) in text]


@pytest.fixture(scope="module")
def crowd(stack: Project, database: Sql) -> Crowd:
    crowd = Crowd([new_user(database, stack.jwt_secret) for _ in range(USERS)])
    for user in crowd.users:
        word = crowd.word(user)
        database.execute(
            "insert into public.study_sessions (profile_id, title) values (%s, %s)",
            [user.id, word],
        )
        database.execute(
            "with chat as (insert into public.chat_sessions (user_id, title) values (%s, %s)"
            " returning id, user_id) insert into public.job_postings (user_id, title)"
            " select user_id, %s from chat",
            [user.id, word, word],
        )
    return crowd


def all_at_once(
    base_url: str, crowd: Crowd, paths: tuple[str, ...], connections: int, apikey: str = ""
) -> None:
    """Send 400 requests by 20 users at once, through these connections, and check each answer."""

    async def run() -> None:
        connector = aiohttp.TCPConnector(limit=connections)
        async with aiohttp.ClientSession(connector=connector) as http:

            async def ask(number: int) -> None:
                user = crowd.users[number * 7 % USERS]
                headers = {"Authorization": f"Bearer {user.token}", "apikey": apikey}
                async with http.get(base_url + paths[number % len(paths)], headers=headers) as it:
                    crowd.assert_own(user, await it.text())
                    assert it.status == 200

            await asyncio.gather(*(ask(number) for number in range(REQUESTS)))

    asyncio.run(run())


class TestApi:
    PATHS = ("/api/v1/study/sessions", "/api/v1/chat/sessions", "/sessions")

    @pytest.mark.parametrize("connections", [1, 40])
    def test_reads(self, api: str, crowd: Crowd, connections: int) -> None:
        all_at_once(api, crowd, self.PATHS, connections)

    def test_writes(self, api: str, crowd: Crowd) -> None:
        """Each user's new session is their own, however many others write at the same time."""

        async def run() -> None:
            async with aiohttp.ClientSession() as http:

                async def post(user: User) -> None:
                    async with http.post(
                        f"{api}/api/v1/study/sessions",
                        json={"title": crowd.word(user)},
                        headers={"Authorization": f"Bearer {user.token}"},
                    ) as answer:
                        crowd.assert_own(user, await answer.text())
                        assert (await answer.json())["profile_id"] == str(user.id)

                await asyncio.gather(*(post(user) for user in crowd.users * 5))

        asyncio.run(run())

    def test_two_tokens_in_one_breath(self, api: str, crowd: Crowd) -> None:
        pipelined(api, "/api/v1/study/sessions", crowd)


class TestPostgrest:
    PATHS = ("/study_sessions", "/chat_sessions", "/job_postings")

    @pytest.mark.parametrize("connections", [1, 40])
    def test_reads(self, stack: Project, crowd: Crowd, connections: int) -> None:
        all_at_once(stack.rest_url, crowd, self.PATHS, connections, stack.anon_key)

    def test_two_tokens_in_one_breath(self, stack: Project, crowd: Crowd) -> None:
        if stack.postgrest_url == stack.rest_url:
            pytest.skip("this PostgREST can only be reached through the gateway")
        pipelined(stack.postgrest_url, "/study_sessions", crowd)

    def test_after_an_error_in_between(self, stack: Project, crowd: Crowd) -> None:
        """A transaction that fails leaves no identity behind for the next request."""
        with client(stack.rest_url, apikey=stack.anon_key) as http:
            for user in crowd.users:
                bearer = {"Authorization": f"Bearer {user.token}"}
                assert http.get("/study_sessions?id=eq.x", headers=bearer).status_code == 400
                assert http.get("/study_sessions").status_code == 401
                crowd.assert_own(user, http.get("/study_sessions", headers=bearer).text)


def pipelined(base_url: str, path: str, crowd: Crowd) -> None:
    """Send all users' requests over one connection before reading the first answer."""
    parts = urlsplit(base_url)
    assert parts.hostname
    requests = "".join(
        f"GET {parts.path}{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {user.token}\r\n"
        f"{'Connection: close' if user is crowd.users[-1] else 'Accept: */*'}\r\n\r\n"
        for user in crowd.users
    )
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=30) as connection:
        connection.sendall(requests.encode())
        answers = b""
        while received := connection.recv(65_536):
            answers += received
    said = answers.decode().split("HTTP/1.1 ")[1:]
    assert len(said) == len(crowd.users)
    for user, answer in zip(crowd.users, said, strict=True):
        crowd.assert_own(user, answer)
