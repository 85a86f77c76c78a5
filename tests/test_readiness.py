"""What `/readyz` says without asking the database each time."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from api.database.refusals import DatabaseError
from api.errors import ApiError, unavailable
from api.http.readiness import ASK_EVERY, Readiness
from local.project import Project
from tests.conftest import Serve, get
from tests.counting import Counting, counting_proxy
from tests.identity.jwks_server import JwksServer


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Database:
    """Answers as `outcome` says, and counts."""

    def __init__(self) -> None:
        self.asked = 0
        self.outcome: Exception | None = None

    async def ask(self) -> None:
        self.asked += 1
        await asyncio.sleep(0.01)
        if self.outcome is not None:
            raise self.outcome


async def code(readiness: Readiness, ask: Callable[[], Awaitable[None]]) -> str | None:
    try:
        await readiness.check(ask)
    except ApiError as error:
        return error.code
    return None


class TestAnswers:
    def test_hold_for_a_second(self) -> None:
        async def run() -> None:
            clock, database = Clock(), Database()
            readiness = Readiness(clock)
            for _ in range(5):
                assert await code(readiness, database.ask) is None
            assert database.asked == 1
            database.outcome = unavailable()
            assert await code(readiness, database.ask) is None
            clock.now = ASK_EVERY
            for _ in range(5):
                assert await code(readiness, database.ask) == "DATABASE_UNAVAILABLE"
            assert database.asked == 2
            database.outcome = None
            clock.now = 2 * ASK_EVERY
            assert await code(readiness, database.ask) is None

        asyncio.run(run())

    def test_are_shared(self) -> None:
        async def run() -> None:
            database = Database()
            readiness = Readiness()
            codes = await asyncio.gather(*(code(readiness, database.ask) for _ in range(50)))
            assert set(codes) == {None}
            assert database.asked == 1

        asyncio.run(run())

    def test_come_although_who_asked_first_has_gone(self) -> None:
        async def run() -> None:
            database = Database()
            readiness = Readiness()
            first = asyncio.create_task(code(readiness, database.ask))
            await asyncio.sleep(0)
            second = asyncio.create_task(code(readiness, database.ask))
            await asyncio.sleep(0)
            first.cancel()
            assert await second is None
            assert database.asked == 1

        asyncio.run(run())

    @pytest.mark.parametrize(
        ("outcome", "expected"),
        [
            (DatabaseError("XX000"), "DATABASE_UNAVAILABLE"),
            (ValueError("nobody foresaw it"), "NOT_READY"),
            (ApiError("NOT_READY", "No key."), "NOT_READY"),
        ],
    )
    def test_refusals(self, outcome: Exception, expected: str) -> None:
        database = Database()
        database.outcome = outcome
        assert asyncio.run(code(Readiness(), database.ask)) == expected

    def test_leaving(self) -> None:
        database, readiness = Database(), Readiness()
        readiness.is_leaving = True
        assert asyncio.run(code(readiness, database.ask)) == "NOT_READY"
        assert database.asked == 0


class TestServed:
    @pytest.fixture
    def proxy(self, stack: Project, backend: str) -> Iterator[Counting]:
        with counting_proxy(stack, backend) as proxy:
            yield proxy

    def test_probes_do_not_load_the_database(self, serve: Serve, proxy: Counting) -> None:
        address = serve(**proxy.settings, RATE_LIMITS="on", RATE_LIMIT_ADDRESS="5/minute")
        proxy.requests.clear()
        with httpx.Client(base_url=address) as prober:
            answers = [prober.get("/readyz") for _ in range(100)]
        assert {it.status_code for it in answers} == {200}, "no limit refuses a probe"
        assert "RateLimit-Limit" not in answers[0].headers
        assert len(proxy.requests) < 10

    def test_nobody_can_be_verified(self, serve: Serve) -> None:
        """The keys' address does not answer at startup, and there is no secret."""
        key: Any = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)
        server = JwksServer()
        server.status = 503
        with server:
            address = serve(
                ENVIRONMENT="development",
                SUPABASE_JWT_SECRET="",
                SUPABASE_JWKS_URL=server.url,
                SUPABASE_URL="https://abcdefgh.supabase.co",
                SESSION_API_SIGNING_KEY=json.dumps(key | {"kid": "ours"}),
            )
            answer = get(f"{address}/readyz")
            assert answer.status_code == 503
            assert answer.json()["detail"]["code"] == "NOT_READY"
            assert int(answer.headers["Retry-After"]) > 0
            assert get(f"{address}/healthz").status_code == 200
