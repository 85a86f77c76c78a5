"""Each request has an id, which its answer and its log line share."""

import httpx
import pytest

from tests.observability.served import Served


class TestRequestId:
    def test_a_sane_one_is_kept(self, served: Served) -> None:
        answer = httpx.get(f"{served.address}/healthz", headers={"X-Request-ID": "a.B_c-1"})
        assert answer.headers["X-Request-ID"] == "a.B_c-1"

    @pytest.mark.parametrize("sent", ["", "a b", "a" * 129, '{"a":1}', "ä", "a\tb"])
    def test_any_other_is_replaced(self, served: Served, sent: str) -> None:
        headers = [(b"X-Request-ID", sent.encode())]
        answer = httpx.get(f"{served.address}/healthz", headers=headers)
        given = answer.headers.get_list("X-Request-ID")
        assert len(given) == 1
        assert given[0] != sent
        assert len(given[0]) == 32

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/nowhere", 404),
            ("DELETE", "/healthz", 405),
            ("GET", "/api/v1/study/sessions", 401),
            ("POST", "/api/v1/study/sessions", 413),
            ("HEAD", "/api/v1/study/sessions", 401),
            ("OPTIONS", "/api/v1/study/sessions", 200),
        ],
    )
    def test_every_answer_has_one(
        self, served: Served, method: str, path: str, status: int
    ) -> None:
        headers = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "POST"}
        body = "x" * 400_000 if status == 413 else None
        answer = httpx.request(method, served.address + path, headers=headers, content=body)
        assert answer.status_code == status
        assert served.after(answer)["status"] == status
