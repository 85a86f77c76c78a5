"""The project's public keys: how often they are fetched, and what happens without them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

import httpx
import jwt
import pytest

from api.errors import ApiError
from api.identity import jwks
from api.identity.jwk import public_key
from api.identity.jwks import PublicKeys
from tests.identity.jwks_server import JwksServer
from tests.identity.public_keys import EC_JWK, EC_KEY, RSA_JWK

AWAY = "DATABASE_UNAVAILABLE, Retry-After: 1"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server() -> Iterator[JwksServer]:
    with JwksServer(EC_JWK) as served:
        yield served


def run(server: JwksServer, clock: Clock, story: Callable[[PublicKeys], Awaitable[None]]) -> None:
    async def tell() -> None:
        # without time limits of its own
        async with httpx.AsyncClient(timeout=None) as http:  # noqa: S113
            await story(PublicKeys(server.url, http, clock))

    asyncio.run(tell())


async def find(keys: PublicKeys, key_id: str) -> str:
    """What comes of asking for a key, in a word."""
    try:
        key = await keys.find(key_id)
    except ApiError as error:
        return f"{error.code}, Retry-After: {(error.headers or {}).get('Retry-After')}"
    return "none" if key is None else key.algorithm_name


class TestAny:
    def test_fetches_once(self, server: JwksServer, clock: Clock) -> None:
        async def story(keys: PublicKeys) -> None:
            for _ in range(3):
                assert await keys.any()
                clock.now += 1
            assert server.requests == 1

        run(server, clock, story)

    def test_none(self, server: JwksServer, clock: Clock) -> None:
        async def story(keys: PublicKeys) -> None:
            server.document = {"keys": []}
            for _ in range(3):  # and no second fetch at the same time
                assert not await keys.any()
            assert server.requests == 1

        run(server, clock, story)


class TestFetching:
    def test_once_for_a_known_key(self, server: JwksServer, clock: Clock) -> None:
        async def story(keys: PublicKeys) -> None:
            assert server.requests == 0
            for _ in range(100):
                assert await find(keys, "ec-1") == "ES256"
            assert server.requests == 1

        run(server, clock, story)

    def test_an_unknown_key_a_thousand_times(self, server: JwksServer, clock: Clock) -> None:
        async def story(keys: PublicKeys) -> None:
            for number in range(500):
                assert await find(keys, f"unknown-{number}") == "none"
            found = await asyncio.gather(*(find(keys, f"another-{n}") for n in range(500)))
            assert set(found) == {"none"}
            assert server.requests == 1
            clock.now += 1
            found = await asyncio.gather(*(find(keys, f"unknown-{n}") for n in range(500)))
            assert found.count("none") == jwks.MOST_WAITING
            assert found.count(AWAY) == 500 - jwks.MOST_WAITING
            assert server.requests == 2

        run(server, clock, story)

    def test_all_wait_for_one_fetch(self, server: JwksServer, clock: Clock) -> None:
        async def story(keys: PublicKeys) -> None:
            server.open.clear()
            waiting = [asyncio.create_task(find(keys, "ec-1")) for _ in range(100)]
            gone = asyncio.create_task(find(keys, "ec-1"))
            await asyncio.to_thread(server.asked.wait, 10)
            gone.cancel()  # a client that disconnects does not affect other clients' answers
            waiting[0].cancel()
            server.open.set()
            assert await asyncio.gather(*waiting[1:]) == ["ES256"] * 99
            assert server.requests == 1

        run(server, clock, story)

    def test_a_new_key(self, server: JwksServer, clock: Clock) -> None:
        async def story(keys: PublicKeys) -> None:
            assert await find(keys, "rsa-1") == "none"
            server.document = {"keys": [EC_JWK, RSA_JWK]}
            clock.now += 0.9
            assert await find(keys, "rsa-1") == "none"
            clock.now += 0.1
            assert await find(keys, "rsa-1") == "RS256"

        run(server, clock, story)

    def test_a_withdrawn_key(self, server: JwksServer, clock: Clock) -> None:
        async def story(keys: PublicKeys) -> None:
            assert await find(keys, "ec-1") == "ES256"
            server.document = {"keys": []}
            clock.now += 299
            assert await find(keys, "ec-1") == "ES256"
            assert server.requests == 1
            clock.now += 301
            assert await find(keys, "ec-1") == "none"

        run(server, clock, story)

    def test_in_use_it_is_fetched_again_without_waiting(
        self, server: JwksServer, clock: Clock
    ) -> None:
        async def story(keys: PublicKeys) -> None:
            assert await find(keys, "ec-1") == "ES256"
            server.document = {"keys": []}
            server.open.clear()
            clock.now += 300
            assert await find(keys, "ec-1") == "ES256"
            assert server.answers == 1
            server.open.set()
            assert await find(keys, "another") == "none"  # waits for the fetch under way
            assert await find(keys, "ec-1") == "none"
            assert server.requests == 2

        run(server, clock, story)

    def test_a_key_that_changed_under_its_id(self, server: JwksServer, clock: Clock) -> None:
        async def story(keys: PublicKeys) -> None:
            before = await keys.find("ec-1")
            server.document = {"keys": [{**RSA_JWK, "kid": "ec-1"}]}
            clock.now += 600
            assert await find(keys, "ec-1") == "RS256"
            assert await keys.find("ec-1") is not before

        run(server, clock, story)


class TestAway:
    def test_known_keys_keep_working(self, server: JwksServer, clock: Clock) -> None:
        async def story(keys: PublicKeys) -> None:
            assert await find(keys, "ec-1") == "ES256"
            server.stop()
            for _ in range(5):
                clock.now += 600
                assert await find(keys, "ec-1") == "ES256"
                assert await find(keys, "unknown") == AWAY

        run(server, clock, story)

    @pytest.mark.parametrize(
        ("status", "document"),
        [(500, {}), (302, {}), (404, {}), (200, {}), (200, []), (200, "x"), (401, {"keys": []})],
    )
    def test_an_answer_that_is_no_jwks(
        self, server: JwksServer, clock: Clock, status: int, document: object
    ) -> None:
        async def story(keys: PublicKeys) -> None:
            assert await find(keys, "ec-1") == "ES256"
            server.status, server.document = status, document
            clock.now += 600
            assert await find(keys, "ec-1") == "ES256"
            clock.now += 600
            assert await find(keys, "unknown") == AWAY

        run(server, clock, story)

    def test_from_the_start(self, server: JwksServer, clock: Clock) -> None:
        async def story(keys: PublicKeys) -> None:
            server.status = 503
            found = await asyncio.gather(*(find(keys, "ec-1") for _ in range(100)))
            assert set(found) == {AWAY}
            for _ in range(100):
                assert await find(keys, "ec-1") == AWAY
            assert server.requests == 1
            server.status = 200
            clock.now += 1  # as its `Retry-After` says
            assert await find(keys, "ec-1") == "ES256"
            assert server.requests == 2

        run(server, clock, story)

    def test_a_known_key_does_not_wait_for_long(
        self, server: JwksServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jwks, "TIMEOUT", 60)

        async def story(keys: PublicKeys) -> None:
            assert await find(keys, "ec-1") == "ES256"
            server.open.clear()
            clock.now += 600
            assert await find(keys, "ec-1") == "ES256"
            assert (server.requests, server.answers) == (2, 1)
            # and only once: later requests during the same fetch do not wait at all
            began = time.monotonic()
            for _ in range(20):
                assert await find(keys, "ec-1") == "ES256"
            assert time.monotonic() - began < 2 * jwks.PATIENCE

        run(server, clock, story)

    def test_a_known_key_waits_for_no_fetch_after_one_that_failed(
        self, server: JwksServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jwks, "PATIENCE", 60)

        async def story(keys: PublicKeys) -> None:
            assert await find(keys, "ec-1") == "ES256"
            server.status = 503
            clock.now += 600
            assert await find(keys, "ec-1") == "ES256"
            assert server.answers == 2
            server.open.clear()
            clock.now += 1
            assert await find(keys, "ec-1") == "ES256"
            assert server.answers == 2
            server.open.set()

        run(server, clock, story)

    def test_a_fetch_is_given_up(
        self, server: JwksServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jwks, "TIMEOUT", 0.05)

        async def story(keys: PublicKeys) -> None:
            server.open.clear()
            assert await find(keys, "ec-1") == AWAY
            assert server.answers == 0
            server.open.set()

        run(server, clock, story)

    def test_forged_ones_do_not_pile_up(
        self, server: JwksServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jwks, "TIMEOUT", 60)

        async def story(keys: PublicKeys) -> None:
            assert await find(keys, "ec-1") == "ES256"
            server.open.clear()
            clock.now += 1
            forged = [asyncio.create_task(find(keys, f"unknown-{n}")) for n in range(500)]
            done, waiting = await asyncio.wait(forged, timeout=1)
            assert {task.result() for task in done} == {AWAY}
            assert len(waiting) == jwks.MOST_WAITING
            assert await find(keys, "ec-1") == "ES256"
            server.open.set()
            await asyncio.wait(waiting)
            assert {task.result() for task in waiting} == {"none"}

        run(server, clock, story)

    def test_no_keys_at_all(self, server: JwksServer, clock: Clock) -> None:
        """A local stack, and a project that only signs with its secret, publish no keys."""

        async def story(keys: PublicKeys) -> None:
            server.status = 404
            assert await find(keys, "ec-1") == "none"

        run(server, clock, story)

    def test_the_log_says_so_without_the_address(
        self, server: JwksServer, clock: Clock, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def story(keys: PublicKeys) -> None:
            server.status = 500
            assert await find(keys, "x" * 5_000) == AWAY

        with caplog.at_level("WARNING", "api"):
            run(server, clock, story)
        messages = [record.getMessage() for record in caplog.records]
        assert any("SUPABASE_JWKS_URL" in message for message in messages)
        assert all(len(message) < 300 for message in messages)


def test_the_servers_keys_verify() -> None:
    """The fixtures above are real keys: what they sign is what they verify."""
    key = public_key(EC_JWK)
    assert key is not None
    token = jwt.encode({"a": 1}, EC_KEY, "ES256")
    assert jwt.decode(token, key, ["ES256"]) == {"a": 1}
