"""The gateway does with keys, paths and browsers what Supabase's does."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.settings import LOCAL_JWT_SECRET, LOCAL_PUBLISHABLE_KEY
from local.addresses import HOST, free_port
from local.gateway import gateway
from local.keys import api_key
from tests.conftest import client
from tests.local.servers import Echo, serving
from tests.stacks.folder import scratch_folder

ANON = api_key("anon")
PUBLISHABLE = LOCAL_PUBLISHABLE_KEY


def gateway_to(upstream: str) -> Iterator[httpx.Client]:
    with scratch_folder() as folder:
        port = free_port()
        server = gateway(port, upstream, LOCAL_JWT_SECRET, folder.name, folder / "gateway.log")
        try:
            server.start()
            with client(f"http://{HOST}:{port}") as browser:
                yield browser
        finally:
            server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[httpx.Client]:
    """A client of a gateway in front of a server that answers what it was asked."""
    with serving(Echo) as port:
        yield from gateway_to(f"http://{HOST}:{port}")


@pytest.fixture(scope="module")
def browser_alone() -> Iterator[httpx.Client]:
    """A client of a gateway in front of nothing."""
    yield from gateway_to(f"http://{HOST}:{free_port()}")


def heard(answer: httpx.Response) -> Any:
    assert answer.status_code == 206
    return answer.json()


class TestKey:
    def test_missing(self, browser: httpx.Client) -> None:
        answer = browser.get("/rest/v1/things")
        assert answer.status_code == 401
        assert answer.json()["message"] == "No API key found in request"

    @pytest.mark.parametrize("key", ["wrong", "sb_secret_something", ANON[:-1]])
    def test_unknown(self, browser: httpx.Client, key: str) -> None:
        answer = browser.get("/rest/v1/things", headers={"apikey": key})
        assert answer.status_code == 401
        assert answer.json()["message"] == "Invalid API key"

    @pytest.mark.parametrize("role", ["anon", "service_role"])
    def test_is_the_bearer_when_there_is_none(self, browser: httpx.Client, role: str) -> None:
        request = heard(browser.get("/rest/v1/things", headers={"apikey": api_key(role)}))
        assert request["headers"]["authorization"] == f"Bearer {api_key(role)}"

    def test_publishable_is_anon(self, browser: httpx.Client) -> None:
        headers = {"apikey": PUBLISHABLE, "Authorization": f"Bearer {PUBLISHABLE}"}
        request = heard(browser.get("/rest/v1/things", headers=headers))
        assert request["headers"]["authorization"] == f"Bearer {ANON}"

    def test_leaves_a_users_bearer(self, browser: httpx.Client) -> None:
        headers = {"apikey": PUBLISHABLE, "Authorization": "Bearer of.a.user"}
        request = heard(browser.get("/rest/v1/things", headers=headers))
        assert request["headers"]["authorization"] == "Bearer of.a.user"

    def test_in_the_address(self, browser: httpx.Client) -> None:
        request = heard(browser.get(f"/rest/v1/things?a=eq.1&apikey={ANON}&b=eq.2"))
        assert request["path"] == "/things?a=eq.1&b=eq.2"


class TestForward:
    @pytest.fixture(autouse=True)
    def key(self, browser: httpx.Client) -> None:
        browser.headers["apikey"] = ANON

    @pytest.fixture(autouse=True)
    def without_key(self, browser: httpx.Client) -> Iterator[None]:
        yield
        browser.headers.pop("apikey", None)

    @pytest.mark.parametrize(
        ("asked", "passed_on"),
        [
            ("", "/"),
            ("/", "/"),
            ("/things?name=eq.a%26b%2Fc&select=id,other(*)", None),
            ("/rpc/caf%C3%A9?x=%22%25%22&y=a+b", None),
            # never another host (and the echo drops one slash of two)
            ("//host/things", "/host/things"),
        ],
    )
    def test_path_as_written(
        self, browser: httpx.Client, asked: str, passed_on: str | None
    ) -> None:
        assert heard(browser.get(f"/rest/v1{asked}"))["path"] == (passed_on or asked)

    @pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "OPTIONS"])
    def test_method(self, browser: httpx.Client, method: str) -> None:
        assert heard(browser.request(method, "/rest/v1/things"))["method"] == method

    def test_head(self, browser: httpx.Client) -> None:
        answer = browser.head("/rest/v1/things")
        assert (answer.status_code, answer.headers["content-range"]) == (206, "0-1/2")
        assert answer.content == b""

    def test_headers(self, browser: httpx.Client) -> None:
        headers = {"Prefer": "count=exact", "Range": "0-9", "Accept-Profile": "public"}
        passed_on = heard(browser.get("/rest/v1/things", headers=headers))["headers"]
        assert {name: passed_on[name.lower()] for name in headers} == headers

    def test_large_body(self, browser: httpx.Client) -> None:
        assert (
            heard(browser.post("/rest/v1/things", content=b"x" * 5_000_000))["bytes"] == 5_000_000
        )

    @pytest.mark.parametrize("length", [20_000, 60_000])
    def test_long_address(self, browser: httpx.Client, length: int) -> None:
        path = "/things?select=" + "x" * length
        assert heard(browser.get(f"/rest/v1{path}"))["path"] == path

    def test_upstream_away(self, browser_alone: httpx.Client) -> None:
        answer = browser_alone.get("/rest/v1/things", headers={"apikey": ANON})
        assert answer.status_code == 503


class TestBrowser:
    def test_preflight_needs_no_key(self, browser: httpx.Client) -> None:
        headers = {
            "Origin": "http://localhost:3000",
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "apikey,authorization,x-client-info",
        }
        answer = browser.options("/rest/v1/things", headers=headers)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "PATCH" in answer.headers["access-control-allow-methods"]
        assert (
            answer.headers["access-control-allow-headers"]
            == headers["Access-Control-Request-Headers"]
        )

    def test_may_read_every_answer(self, browser: httpx.Client) -> None:
        for key in (ANON, "wrong"):
            answer = browser.get("/rest/v1/things", headers={"apikey": key})
            assert answer.headers.get_list("access-control-allow-origin") == ["*"]
            assert "Content-Range" in answer.headers["access-control-expose-headers"]


class TestElsewhere:
    @pytest.mark.parametrize("path", ["/", "/auth/v1/health", "/rest/v2/things", "/rest/v1things"])
    def test_not_here(self, browser: httpx.Client, path: str) -> None:
        answer = browser.get(path, headers={"apikey": ANON})
        assert answer.status_code == 404
        assert "/rest/v1" in answer.json()["hint"]
