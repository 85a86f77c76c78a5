import json
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from tests.conftest import Serve, get


class TestHealthz:
    def test_valid(self, anonymous: httpx.Client) -> None:
        answer = anonymous.get("/healthz")
        assert answer.status_code == 200
        assert answer.json() == {"status": "ok"}


class TestReadyz:
    def test_valid(self, anonymous: httpx.Client) -> None:
        answer = anonymous.get("/readyz")
        assert answer.status_code == 200
        assert answer.json() == {"status": "ok"}

    def test_token_is_not_trusted(self, serve: Serve) -> None:
        """PostgREST does not know the API's key: the process is alive but not ready."""
        key: Any = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)
        address = serve(
            SESSION_API_SIGNING_KEY=json.dumps(key | {"kid": "unknown"}), API_DATABASE_URL=""
        )
        assert get(f"{address}/healthz").status_code == 200
        assert_unavailable(get(f"{address}/readyz"))

    @pytest.mark.parametrize("path", ["/healthz", "/nowhere"])
    def test_something_else_answers_there(self, serve: Serve, api: str, path: str) -> None:
        """Not PostgREST, though it speaks HTTP and JSON."""
        address = serve(POSTGREST_URL=f"{api}{path}")
        assert_unavailable(get(f"{address}/readyz"))


def assert_unavailable(answer: httpx.Response) -> None:
    assert answer.status_code == 503
    assert answer.json()["detail"]["code"] == "DATABASE_UNAVAILABLE"
    assert int(answer.headers["Retry-After"]) > 0
