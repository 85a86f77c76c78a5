"""The application as a whole: its pages, its browsers, its limits."""

import socket

import httpx
import pytest

from tests.actors import NewUser
from tests.conftest import AsUser, Serve, get

ORIGIN = "https://app.example.com"


@pytest.fixture(scope="module")
def browser(serve: Serve) -> str:
    """The address of an API that is called from the pages of one site."""
    return serve(CORS_ORIGINS=ORIGIN)


class TestDocs:
    def test_page(self, anonymous: httpx.Client) -> None:
        assert anonymous.get("/docs").status_code == 200


class TestBrowsers:
    def preflight(self, address: str, origin: str, header: str = "Authorization") -> httpx.Response:
        return httpx.options(
            f"{address}/api/v1/wingman/sessions",
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "PATCH",
                "Access-Control-Request-Headers": header,
            },
        )

    def test_preflight(self, browser: str) -> None:
        answer = self.preflight(browser, ORIGIN)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]

    @pytest.mark.parametrize(
        "header",
        [
            *("Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "If-Match"),
            *("X-Request-ID", "apikey", "x-client-info"),
            *("traceparent", "tracestate", "baggage", "sentry-trace"),
        ],
    )
    def test_may_send(self, browser: str, header: str) -> None:
        assert self.preflight(browser, ORIGIN, header).status_code == 200

    def test_may_read(self, browser: str) -> None:
        answer = httpx.get(f"{browser}/healthz", headers={"Origin": ORIGIN})
        assert {
            *("ETag", "Idempotency-Replayed", "Location", "Retry-After", "X-Request-ID"),
            *("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy"),
        } == set(answer.headers["Access-Control-Expose-Headers"].split(", "))

    def test_previews(self, serve: Serve) -> None:
        address = serve(CORS_ORIGIN_REGEX=r"^https://my-app-[a-z0-9]+\.vercel\.app$")
        for origin, allowed in (
            ("https://my-app-1a2b.vercel.app", True),
            ("https://my-app-1a2b.vercel.app.evil.example", False),
            ("https://evil.example/https://my-app-1a2b.vercel.app", False),
        ):
            answer = get(f"{address}/healthz", Origin=origin)
            found = answer.headers.get("Access-Control-Allow-Origin")
            assert found == (origin if allowed else None)
            assert answer.headers["Vary"] == "Origin"

    def test_an_app_of_its_own(self, serve: Serve) -> None:
        address = serve(CORS_ORIGINS="capacitor://localhost,tauri://localhost")
        for origin in ("capacitor://localhost", "tauri://localhost"):
            assert self.preflight(address, origin).headers["Access-Control-Allow-Origin"] == origin

    def test_preflight_of_another_site(self, browser: str) -> None:
        answer = self.preflight(browser, "https://evil.example")
        assert "Access-Control-Allow-Origin" not in answer.headers

    @pytest.mark.parametrize(
        ("path", "status"),
        [("/healthz", 200), ("/nowhere", 404), ("/api/v1/wingman/sessions", 401)],
    )
    def test_every_answer_may_be_read(self, browser: str, path: str, status: int) -> None:
        answer = httpx.get(f"{browser}{path}", headers={"Origin": ORIGIN})
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        elsewhere = httpx.get(f"{browser}{path}", headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in elsewhere.headers

    def test_too_large(self, browser: str) -> None:
        answer = httpx.post(f"{browser}/x", content=b"x" * 400_000, headers={"Origin": ORIGIN})
        assert answer.status_code == 413
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN

    def test_nobody_is_let_in_with_cookies(self, browser: str) -> None:
        answer = self.preflight(browser, ORIGIN)
        assert "Access-Control-Allow-Credentials" not in answer.headers


class TestMethods:
    def test_wrong_method(self, as_user: AsUser, user: NewUser) -> None:
        answer = as_user(user()).delete("/api/v1/wingman/sessions")
        assert answer.status_code == 405
        assert answer.json()["detail"]["code"] == "METHOD_NOT_ALLOWED"
        assert answer.headers["Allow"] == "GET, HEAD, POST"

    def test_unknown_path(self, anonymous: httpx.Client) -> None:
        answer = anonymous.get("/api/v1/wingman/session")
        assert answer.status_code == 404
        assert answer.json()["detail"]["code"] == "NOT_FOUND"


class TestTooLarge:
    """On the wire: what is too large is refused before it is sent."""

    @pytest.mark.parametrize("expect", ["", "Expect: 100-continue\r\n"])
    def test_declared(self, api: str, expect: str) -> None:
        with connection(api) as wire:
            wire.sendall(
                b"POST /api/v1/wingman/sessions HTTP/1.1\r\nHost: x\r\n"
                b"Content-Type: application/json\r\nContent-Length: 99999999999\r\n"
                + expect.encode()
                + b"\r\n"
            )
            answer = read_to_the_end(wire)
        assert answer.startswith(b"HTTP/1.1 413 ")  # and not `100 Continue`
        assert b'"PAYLOAD_TOO_LARGE"' in answer

    def test_endless(self, api: str) -> None:
        with connection(api) as wire:
            wire.sendall(
                b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                + b"60000\r\n"
                + b"x" * 0x60000
                + b"\r\n1\r\nx\r\n"
            )
            answer = read_to_the_end(wire)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"connection: close" in answer.lower()


def connection(address: str) -> socket.socket:
    url = httpx.URL(address)
    return socket.create_connection((url.host, url.port), timeout=5)


def read_to_the_end(wire: socket.socket) -> bytes:
    answer = b""
    while piece := wire.recv(65_536):
        answer += piece
    return answer


class TestOrder:
    """Authentication comes before validation."""

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/1"),
            ("GET", "?limit=0"),
            ("POST", ""),
            ("POST", "/1/confirm"),
            ("PATCH", "/1/notes"),
        ],
    )
    def test_anonymous_with_bad_input(
        self, anonymous: httpx.Client, method: str, path: str
    ) -> None:
        answer = anonymous.request(method, f"/api/v1/wingman/sessions{path}", json={"x": 1})
        assert answer.status_code == 401
