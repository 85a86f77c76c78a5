"""How requests are counted, and the answers to those over a limit."""

from typing import TYPE_CHECKING

import jwt
import pytest

from tests.actors import NewMatch, NewUser, NewWingman, Sql
from tests.conftest import Serve, client, get
from tests.identity.jwks_server import JwksServer
from tests.identity.public_keys import EC_KEY
from tests.rate_limits.limits import GENEROUS, MINUTE, NUMBERS, STUDY, refused, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx


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

    def test_tokens_whose_key_cannot_be_fetched(self, serve: Serve, address: str) -> None:
        """A forged token may name any key: while none can be fetched, it is not known as forged."""
        forged = jwt.encode({"sub": "ada"}, EC_KEY, "ES256", {"kid": "made-up"})
        limits = GENEROUS | {"RATE_LIMIT_FAILED_AUTH": "3/hour"}
        with JwksServer() as project:
            project.status = 503
            api = serve(
                RATE_LIMITS="on",
                SUPABASE_JWKS_URL=project.url,
                TRUSTED_PROXIES="127.0.0.0/8, ::1",
                **limits,
            )
            headers = {"X-Forwarded-For": address, "Authorization": f"Bearer {forged}"}
            with client(api, **headers) as visitor:
                statuses = [visitor.get(STUDY).status_code for _ in range(5)]
        assert statuses == [503, 503, 503, 429, 429]

    def test_an_account_that_is_gone_is_told_its_own_limit(
        self, strict: str, user: NewUser, sql: Sql
    ) -> None:
        owner = user()
        sql.execute("delete from auth.users where id = %s", [owner.id])
        with signed_in(strict, owner) as client:
            answer = client.post(STUDY, json={"title": "Algebra"})
        assert answer.status_code == 401
        assert answer.headers["RateLimit-Limit"] == "3"

    def test_a_refused_answer_is_whole(self, fronted: str, address: str) -> None:
        with client(fronted, **{"X-Forwarded-For": address}) as visitor:
            answers = [visitor.get(STUDY) for _ in range(4)]
        assert refused(answers[3])
        assert "WWW-Authenticate" not in answers[3].headers
        assert answers[3].headers["X-Request-ID"]
        assert answers[3].headers["Cache-Control"] == "private, no-store"

    def test_the_header_that_the_settings_name(self, serve: Serve) -> None:
        api = serve(
            RATE_LIMITS="on",
            TRUSTED_PROXIES="127.0.0.0/8, ::1",
            CLIENT_ADDRESS_HEADER="CF-Connecting-IP",
            **GENEROUS | {"RATE_LIMIT_ADDRESS": "2/hour"},
        )
        for own in ("203.0.113.250", "203.0.113.251"):
            headers = {"CF-Connecting-IP": own, "X-Forwarded-For": "198.51.100.1"}
            statuses = [get(f"{api}/openapi.json", **headers).status_code for _ in range(3)]
            assert statuses == [200, 200, 429]

    def test_preflights(self, serve: Serve, address: str) -> None:
        origin = "https://app.example.com"
        api = serve(
            RATE_LIMITS="on",
            CORS_ORIGINS=origin,
            TRUSTED_PROXIES="127.0.0.0/8, ::1",
            **GENEROUS | {"RATE_LIMIT_ADDRESS": "2/hour"},
        )
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        with client(api, **{"X-Forwarded-For": address}, **asked) as page:
            assert [page.options(STUDY).status_code for _ in range(3)] == [200, 200, 429]

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
