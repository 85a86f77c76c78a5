"""Rate limits: who is counted as whom, what they are told, and what happens without Redis."""

import asyncio
import itertools
import logging
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from starlette.middleware import Middleware

from api.http.application import Application
from api.http.frame import Frame
from api.http.overload import InProgress
from api.http.served_route import ServedRoute
from api.main import create_app
from api.rate_limits.addresses import Addresses, Network, network_of
from api.rate_limits.memory_storage import Memory
from api.rate_limits.rate import Rate
from api.rate_limits.redis_storage import Redis
from api.rate_limits.users import Limits
from api.routing import serve, serve_all
from api.settings import Settings
from tests.actors import NewMatch, NewUser, NewWingman, User
from tests.conftest import Serve, client, get
from tests.in_process import InProcess
from tests.rate_limits.redis_server import RedisServer, redis_server

if TYPE_CHECKING:
    from starlette.types import Scope

    from api.observability.exchange import Exchange
    from api.operations import Action

MINUTE = 60
NUMBERS = itertools.count(1)
GENEROUS = {
    f"RATE_LIMIT_{name}": "100000/minute"
    for name in ("READ", "CREATE", "MESSAGE", "CONFIRM", "WRITE", "ADDRESS", "FAILED_AUTH")
}


def rate(amount: int) -> Rate:
    return Rate.of("read", f"{amount}/minute")


def settings(**changes: Any) -> Settings:
    return Settings(_env_file=None, environment="development", **changes)


class Clock:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


class TestMemory:
    def take(self, memory: Memory, who: str = "ada", amount: int = 3) -> bool:
        return asyncio.run(memory.hit(rate(amount), who)).allowed

    def test_as_many_as_the_limit(self, clock: Clock) -> None:
        memory = Memory(clock=clock)
        assert [self.take(memory) for _ in range(5)] == [True, True, True, False, False]
        assert self.take(memory, "ben")

    def test_room_comes_back_bit_by_bit(self, clock: Clock) -> None:
        memory = Memory(clock=clock)
        assert [self.take(memory) for _ in range(4)] == [True, True, True, False]
        clock.now += MINUTE
        assert not self.take(memory)
        for _ in range(3):
            clock.now += MINUTE / 3 - 0.1
            assert [self.take(memory) for _ in range(2)] == [True, False]
        clock.now += 3 * MINUTE
        assert [self.take(memory) for _ in range(4)] == [True, True, True, False]

    def test_what_it_tells(self, clock: Clock) -> None:
        memory = Memory(clock=clock)
        told = []
        for _ in range(3):
            told.append(asyncio.run(memory.look(rate(3), "ada")))
            self.take(memory)
            clock.now += 20
        assert [it[1:] for it in told] == [(True, 3, 0.0), (True, 2, 40.0), (True, 1, 20.0)]

    @given(st.lists(st.floats(0.01, 50), min_size=1, max_size=60), st.integers(1, 8))
    def test_no_window_ever_holds_twice_the_limit(self, gaps: list[float], amount: int) -> None:
        clock = Clock()
        memory = Memory(clock=clock)
        allowed = []
        for gap in gaps:
            clock.now += gap
            if self.take(memory, amount=amount):
                allowed.append(clock.now)
        for start in allowed:
            # the window before counts as if it had been used evenly: an estimate, hence the 2
            assert sum(start <= at < start + MINUTE for at in allowed) < 2 * amount + 1

    @given(st.lists(st.floats(0.01, 50), min_size=1, max_size=40), st.integers(1, 8))
    def test_who_waits_as_told_is_let_in(self, gaps: list[float], amount: int) -> None:
        clock = Clock()
        memory = Memory(clock=clock)
        for gap in gaps:
            clock.now += gap
            count = asyncio.run(memory.hit(rate(amount), "ada"))
            if not count.allowed:
                headers = count.refusal().headers or {}
                clock.now += int(headers["Retry-After"])
                assert self.take(memory, amount=amount)

    def test_a_flood_of_addresses_stays_small(self, clock: Clock) -> None:
        memory = Memory(most_keys=100, clock=clock)
        for number in range(1000):
            self.take(memory, str(number))
        assert len(memory.windows) == 100
        clock.now += 3 * MINUTE
        for number in range(60):
            self.take(memory, f"later {number}")
        assert len(memory.windows) == 60, "what is over is forgotten without a flood"

    def test_who_keeps_coming_is_not_the_oldest(self, clock: Clock) -> None:
        memory = Memory(most_keys=10, clock=clock)
        self.take(memory, "ada", amount=1)
        clock.now += MINUTE * 1.9
        assert self.take(memory, "ada", amount=1)
        for number in range(9):
            self.take(memory, str(number))
        assert not self.take(memory, "ada", amount=1)


class TestAddress:
    def of(
        self, peer: str, *forwarded: str, trusted: tuple[Network, ...] = (), port: int = 4711
    ) -> str:
        headers = [(b"x-forwarded-for", it.encode()) for it in forwarded]
        return Addresses(trusted).of({"type": "http", "client": (peer, port), "headers": headers})

    PROXY = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))

    def test_the_peer(self) -> None:
        assert self.of("203.0.113.7") == "203.0.113.7"

    def test_a_client_cannot_name_itself(self) -> None:
        assert self.of("203.0.113.7", "198.51.100.1") == "203.0.113.7"
        assert self.of("203.0.113.7", "198.51.100.1", trusted=self.PROXY) == "203.0.113.7"

    @pytest.mark.parametrize(
        ("forwarded", "address"),
        [
            (["198.51.100.1"], "198.51.100.1"),
            (["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            (["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
            (["198.51.100.1, 10.0.0.2, fd00::1"], "198.51.100.1"),
            (["1.1.1.1, garbage, 10.0.0.2"], "10.0.0.1"),
            (["198.51.100.1:4711"], "198.51.100.1"),
            (["[2001:db8:1:2::7]:4711"], "2001:db8:1:2::"),
            (["2001:db8:1:2::7"], "2001:db8:1:2::"),
            (["::ffff:198.51.100.1"], "198.51.100.1"),
            (["10.0.0.3"], "10.0.0.3"),
            ([""], "10.0.0.1"),
            (["garbage"], "10.0.0.1"),
            ([], "10.0.0.1"),
            (["1.1.1.1, " * 1000 + "10.0.0.9"], "1.1.1.1"),
        ],
    )
    def test_behind_a_proxy(self, forwarded: list[str], address: str) -> None:
        assert self.of("10.0.0.1", *forwarded, trusted=self.PROXY) == address

    @pytest.mark.parametrize(
        ("forwarded", "hops", "address"),
        [
            (["198.51.100.1"], 1, "198.51.100.1"),
            (["1.1.1.1, 198.51.100.1"], 1, "198.51.100.1"),
            (["1.1.1.1, 198.51.100.1, 192.0.2.9"], 2, "198.51.100.1"),
            (["1.1.1.1, garbage"], 1, "203.0.113.7"),
            (["198.51.100.1"], 2, "203.0.113.7"),
            ([], 1, "203.0.113.7"),
        ],
    )
    def test_behind_so_many_proxies(self, forwarded: list[str], hops: int, address: str) -> None:
        headers = [(b"x-forwarded-for", it.encode()) for it in forwarded]
        scope = {"type": "http", "client": ("203.0.113.7", 4711), "headers": headers}
        assert Addresses(hops=hops).of(scope) == address

    def test_hops_of_named_proxies_only(self) -> None:
        scope = {"type": "http", "headers": [(b"x-forwarded-for", b"198.51.100.1")]}
        addresses = Addresses(self.PROXY, hops=1)
        assert addresses.of(scope | {"client": ("203.0.113.7", 1)}) == "203.0.113.7"
        assert addresses.of(scope | {"client": ("10.0.0.1", 1)}) == "198.51.100.1"

    def test_another_header(self) -> None:
        headers = [(b"cf-connecting-ip", b"198.51.100.1"), (b"x-forwarded-for", b"1.1.1.1")]
        addresses = Addresses(self.PROXY, header="CF-Connecting-IP")
        scope = {"type": "http", "headers": headers}
        assert addresses.of(scope | {"client": ("10.0.0.1", 1)}) == "198.51.100.1"
        assert addresses.of(scope | {"client": ("203.0.113.7", 1)}) == "203.0.113.7"

    def test_a_mapped_peer(self) -> None:
        assert self.of("::ffff:10.0.0.1", "198.51.100.1", trusted=self.PROXY) == "198.51.100.1"

    def test_one_customer_has_a_whole_network(self) -> None:
        assert network_of("2001:db8:1:2::7") == network_of("2001:db8:1:2:ffff::8")
        assert network_of("2001:db8:1:2::7") != network_of("2001:db8:1:3::7")
        assert network_of("fe80::1%eth0") == "fe80::"

    def test_a_unix_socket(self) -> None:
        scope: Scope = {"type": "http", "client": None, "headers": []}
        assert Addresses(self.PROXY).of(scope) == "local"

    def test_a_proxy_that_nobody_named(self, caplog: pytest.LogCaptureFixture) -> None:
        addresses = Addresses(())
        headers = [(b"x-forwarded-for", b"198.51.100.1")]
        for _ in range(3):
            addresses.of({"type": "http", "client": ("10.0.0.1", 1), "headers": headers})
        assert [it.levelname for it in caplog.records] == ["WARNING"]
        assert "TRUSTED_PROXIES" in caplog.text
        assert "198.51" not in caplog.text


class TestActions:
    def test_of_every_route(self) -> None:
        """Each route's limit, as a person would list them."""
        app = create_app(settings(rate_limits=False))
        found: dict[Action, set[tuple[str, str]]] = {}
        for route in app.routes:
            assert isinstance(route, ServedRoute)
            if route.include_in_schema:
                [method] = list(route.methods or [])
                found.setdefault(route.operation.action, set()).add((method, route.path))
        kinds = ("study", "interview", "chat", "wingman")
        assert found["create"] == {("POST", f"/api/v1/{kind}/sessions") for kind in kinds}
        assert found["message"] == {("POST", "/api/v1/chat/sessions/{session_id}/messages")}
        assert found["confirm"] == {("POST", "/api/v1/wingman/sessions/{session_id}/confirm")}
        assert {method for method, _ in found["read"]} == {"GET"}
        assert found["write"] == {
            ("PUT", "/api/v1/study/sessions/{session_id}"),
            ("DELETE", "/api/v1/study/sessions/{session_id}"),
            ("PATCH", "/api/v1/wingman/sessions/{session_id}/notes"),
            ("POST", "/api/v1/wingman/sessions/{session_id}/cancel"),
        }

    def test_published_paths_are_limited_alike(self) -> None:
        """Another path to an endpoint is no way round its limit."""
        app = create_app(settings(rate_limits=False))
        said: dict[object, set[Action]] = {}
        for route in app.routes:
            assert isinstance(route, ServedRoute)
            said.setdefault(route.endpoint, set()).add(route.operation.action)
        assert {len(actions) for actions in said.values()} == {1}

    def test_however_the_path_is_written(self) -> None:
        """Starlette's pattern of a path takes a line feed at its end."""
        app = FastAPI()
        serve_all(app, settings())
        ended: list[Exchange] = []
        watched = InProcess(Frame(app, observers=[ended.append]))
        for path in ("chat/sessions", f"chat/sessions/{uuid4()}/messages"):
            watched.post(f"/api/v1/{path}%0A")
        assert [it.operation.action for it in ended] == ["create", "message"]

    def test_an_endpoint_that_does_not_say(self) -> None:
        router = APIRouter()

        @router.get("/x")
        async def quiet() -> None: ...

        with pytest.raises(TypeError, match="quiet does not say what it does"):
            serve(FastAPI(), router)


STUDY = "/api/v1/study/sessions"


def signed_in(address: str, user: User, **headers: str) -> httpx.Client:
    return client(address, Authorization=f"Bearer {user.token}", **headers)


def refused(answer: httpx.Response) -> bool:
    """Whether an answer is a 429, whose shape and headers are checked on the way."""
    if answer.status_code != 429:
        return False
    assert answer.json()["detail"]["code"] == "RATE_LIMITED"
    assert 1 <= int(answer.headers["Retry-After"]) <= MINUTE + 1
    assert answer.headers["RateLimit-Remaining"] == "0"
    return True


@pytest.fixture(scope="module")
def strict(serve: Serve) -> str:
    names = ("READ", "CREATE", "MESSAGE", "CONFIRM", "WRITE")
    limits = {f"RATE_LIMIT_{name}": "3/minute" for name in names}
    return serve(RATE_LIMITS="on", **GENEROUS | limits)


class TestUser:
    def test_each_action_has_its_own(
        self, strict: str, wingman: NewWingman, match: NewMatch
    ) -> None:
        session = wingman()
        path = f"/api/v1/wingman/sessions/{session.session_id}"
        with signed_in(strict, session.user1) as user1:
            chat = user1.post("/api/v1/chat/sessions", json={"title": "Weekend"}).json()["id"]
            requests: list[Callable[[], httpx.Response]] = [
                lambda: user1.get(path),
                lambda: user1.post(STUDY, json={"title": "Algebra"}),
                lambda: user1.post(f"/api/v1/chat/sessions/{chat}/messages", json={"content": "x"}),
                lambda: user1.post(f"{path}/confirm"),
                lambda: user1.patch(f"{path}/notes", json={"notes": "x"}),
            ]
            passed = [[not refused(send()) for _ in range(5)] for send in requests]
        assert [sum(it) for it in passed] == [3, 2, 3, 3, 3], "a chat session was created before"
        with signed_in(strict, session.user2) as user2:
            assert user2.get(path).status_code == 200, "another user has limits of their own"

    def test_headers(self, strict: str, user: NewUser) -> None:
        with signed_in(strict, user()) as reader:
            answers = [reader.get(STUDY) for _ in range(4)]
        told = [it.headers["RateLimit-Remaining"] for it in answers]
        assert told == ["2", "1", "0", "0"]
        assert {it.headers["RateLimit-Limit"] for it in answers} == {"3"}
        assert {it.headers["RateLimit-Policy"] for it in answers} == {"3;w=60"}
        assert all(0 <= int(it.headers["RateLimit-Reset"]) <= MINUTE for it in answers)

    def test_what_is_refused_does_nothing(self, strict: str, user: NewUser) -> None:
        with signed_in(strict, user()) as owner:
            created = [owner.post(STUDY, json={"title": "Algebra"}) for _ in range(5)]
            assert owner.get(STUDY).json()["total"] == 3
        assert [it.status_code for it in created] == [201, 201, 201, 429, 429]

    def test_an_answer_that_a_page_may_read(self, serve: Serve, user: NewUser) -> None:
        origin = "https://app.example.com"
        limits = GENEROUS | {"RATE_LIMIT_READ": "1/hour"}
        address = serve(RATE_LIMITS="on", CORS_ORIGINS=origin, **limits)
        with signed_in(address, user(), Origin=origin) as page:
            page.get(STUDY)
            answer = page.get(STUDY)
        assert answer.status_code == 429
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        exposed = answer.headers["Access-Control-Expose-Headers"]
        assert {"Retry-After", "RateLimit-Reset"} <= set(exposed.split(", "))


@pytest.fixture(scope="module")
def fronted(serve: Serve) -> str:
    """An API behind a proxy, which is the tests."""
    limits = {"RATE_LIMIT_ADDRESS": "20/minute", "RATE_LIMIT_FAILED_AUTH": "3/minute"}
    return serve(RATE_LIMITS="on", TRUSTED_PROXIES="127.0.0.0/8, ::1", **GENEROUS | limits)


@pytest.fixture
def address() -> str:
    """An address that nothing has come from yet."""
    return f"203.0.113.{next(NUMBERS)}"


class TestBeforeAuthentication:
    def test_an_address(self, fronted: str, address: str) -> None:
        with client(fronted, **{"X-Forwarded-For": address}) as visitor:
            answers = [visitor.get("/openapi.json") for _ in range(25)]
            assert sum(map(refused, answers)) == 5
            assert visitor.get("/healthz").status_code == 200, "probes pass"
            told = [int(it.headers["RateLimit-Remaining"]) for it in answers[:20]]
            assert told == list(range(19, -1, -1))
        with client(fronted, **{"X-Forwarded-For": f"{address}, 198.51.100.77"}) as other:
            assert other.get("/openapi.json").status_code == 200

    def test_failed_authentication(self, fronted: str, address: str, user: NewUser) -> None:
        with client(fronted, **{"X-Forwarded-For": address}) as visitor:
            statuses = [
                visitor.get(STUDY, headers={"Authorization": f"Bearer {number}"}).status_code
                for number in range(5)
            ]
        assert statuses == [401, 401, 401, 429, 429]
        with signed_in(fronted, user(), **{"X-Forwarded-For": address}) as neighbour:
            assert neighbour.get(STUDY).status_code == 200

    def test_a_refused_answer_is_whole(self, fronted: str, address: str) -> None:
        with client(fronted, **{"X-Forwarded-For": address}) as visitor:
            answers = [visitor.get(STUDY) for _ in range(4)]
        assert refused(answers[3])
        assert "WWW-Authenticate" not in answers[3].headers
        assert answers[3].headers["X-Request-ID"]
        assert answers[3].headers["Cache-Control"] == "private, no-store"

    def test_without_a_proxy_the_header_says_nothing(self, serve: Serve) -> None:
        address = serve(RATE_LIMITS="on", **GENEROUS | {"RATE_LIMIT_ADDRESS": "30/hour"})
        statuses = [
            get(f"{address}/openapi.json", **{"X-Forwarded-For": f"203.0.113.{number}"}).status_code
            for number in range(31)
        ]
        assert statuses.count(429) >= 1


class TestOff:
    def test_nothing_is_counted(self, api: str, user: NewUser) -> None:
        with signed_in(api, user()) as reader:
            assert "RateLimit-Limit" not in reader.get(STUDY).headers


class TestInProgress:
    def test_one_more_is_told_at_once(self) -> None:
        done = asyncio.Event()
        app = Application(middleware=[Middleware(Frame), Middleware(InProgress, most=2)])

        @app.get("/")
        async def wait() -> str:
            await done.wait()
            return "done"

        @app.get("/fail")
        async def fail() -> None:
            raise ValueError

        async def run() -> list[int]:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as it:
                for _ in range(3):  # whatever comes of a request, its place is free again
                    assert (await it.get("/fail")).status_code == 500
                requests = [asyncio.create_task(it.get("/")) for _ in range(5)]
                refused, _ = await asyncio.wait(requests, return_when="FIRST_COMPLETED")
                answer = refused.pop().result()
                assert answer.status_code == 503
                assert answer.headers["Retry-After"] == "1"
                done.set()
                return sorted([(await request).status_code for request in requests])

        assert asyncio.run(run()) == [200, 200, 503, 503, 503]


# Redis -----------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


def skipped() -> float:
    return REGISTRY.get_sample_value("session_api_rate_limits_skipped_total") or 0


class TestRedis:
    def run(self, url: str, use: Callable[[Limits], Awaitable[None]], **changes: Any) -> None:
        async def run() -> None:
            limits = Limits(settings(rate_limit_storage=url, **changes))
            try:
                await use(limits)
            finally:
                await limits.close()

        asyncio.run(run())

    def test_counts_as_memory_does(self, server: RedisServer) -> None:
        async def use(limits: Limits) -> None:
            read = limits.rates["read"]
            found = [await limits.users.hit(read, "ada") for _ in range(4)]
            assert [it and (it.allowed, it.remaining) for it in found] == [
                (True, 2),
                (True, 1),
                (True, 0),
                (False, 0),
            ]
            # 0 is what `limits` makes of a whole minute, asked in the millisecond of the first hit
            assert all(it and 0 <= it.reset <= MINUTE for it in found)
            await asyncio.sleep(0.002)
            later = await limits.users.hit(read, "ada")
            assert later is not None
            assert 0 < later.reset < MINUTE
            assert await limits.users.hit(limits.rates["read"], "ben") is not None

        self.run(server.url, use, rate_limit_read="3/minute")

    def test_keys_expire(self, server: RedisServer) -> None:
        async def use(limits: Limits) -> None:
            await limits.users.hit(limits.rates["read"], "ada")

        self.run(server.url, use, rate_limit_read="3/second")
        deadline = time.monotonic() + 5
        assert server.keys()
        while server.keys():
            assert time.monotonic() < deadline

    def test_workers_share(self, serve: Serve, server: RedisServer, user: NewUser) -> None:
        limits = GENEROUS | {"RATE_LIMIT_READ": "6/hour"}
        workers = [
            serve(RATE_LIMITS="on", RATE_LIMIT_STORAGE=server.url, LOG_LEVEL=level, **limits)
            for level in ("info", "warning")
        ]
        reader = user()
        statuses = []
        for address in workers * 5:
            with signed_in(address, reader) as one:
                statuses.append(one.get(STUDY).status_code)
        assert statuses == [200] * 6 + [429] * 4

    def test_away_and_back(self, serve: Serve, server: RedisServer, user: NewUser) -> None:
        token = "a-metrics-token-for-tests"
        address = serve(
            RATE_LIMITS="on",
            RATE_LIMIT_STORAGE=server.url,
            METRICS_TOKEN=token,
            **GENEROUS | {"RATE_LIMIT_READ": "2/hour"},
        )
        with signed_in(address, user()) as reader:
            reader.get(STUDY)
            server.stop()
            started = time.monotonic()
            answers = [reader.get(STUDY) for _ in range(20)]
            assert {it.status_code for it in answers} == {200}
            assert "RateLimit-Limit" not in answers[-1].headers
            # 8 s if each had waited
            assert time.monotonic() - started < 5
            metrics = get(f"{address}/metrics", Authorization=f"Bearer {token}")
            found = re.search(r"^session_api_rate_limits_skipped_total (.*)", metrics.text, re.M)
            assert found is not None
            assert float(found[1]) >= 20

            server.start()
            deadline = time.monotonic() + 5
            while "RateLimit-Limit" not in reader.get(STUDY).headers:
                assert time.monotonic() < deadline
            assert [reader.get(STUDY).status_code for _ in range(3)][-1] == 429

    def test_frozen(self, server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
        async def use(limits: Limits) -> None:
            assert await limits.users.hit(limits.rates["read"], "ada") is not None
            server.freeze(30)
            before, started = skipped(), time.monotonic()
            # a rush: all at once, then one after the other
            found = await asyncio.gather(
                *(limits.users.hit(limits.rates["read"], str(it)) for it in range(1_000))
            )
            assert found == [None] * 1_000
            for _ in range(200):
                assert await limits.users.hit(limits.rates["read"], "ada") is None
            # half a second where nothing else runs; 6 s if the rush had to take turns
            assert time.monotonic() - started < 5
            assert skipped() - before >= 1_200

        self.run(server.url, use)
        warnings = [it for it in caplog.records if it.levelno == logging.WARNING]
        assert len(warnings) == 1, "a warning a request would be a second outage"

    def test_one_asks_for_all(self) -> None:
        clock, asked = Clock(), 0

        async def ask(*_: Any) -> bool:
            nonlocal asked
            asked += 1
            raise ConnectionError

        async def use() -> None:
            nonlocal asked
            redis = Redis("redis://127.0.0.1:1/0", clock)
            redis.limiter.hit = ask  # type: ignore[assignment, method-assign]
            for _ in range(20):
                await redis.hit(rate(3), "ada")
            assert asked == 1
            clock.now += 1.5
            await asyncio.gather(*(redis.hit(rate(3), "ada") for _ in range(20)))
            assert asked == 2

        asyncio.run(use())
