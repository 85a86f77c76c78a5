"""Which `Idempotency-Key` headers are keys, and what of a request they stand for."""

import asyncio
import hashlib
from typing import Any

import pytest
from starlette.requests import Request

from api.database.caller import Database
from api.errors import ApiError
from api.http.dependencies import BEARER
from api.http.idempotency import ONCE, AsCreator, OnceDatabase
from api.identity.auth import Authenticator
from api.rate_limits.users import Limits
from tests.identity.door import USER
from tests.rate_limits.limits import settings
from tests.scripted import LENGTH, Server, upstream


class TestAsCreator:
    def database(
        self, *keys: str, method: str = "POST", path: str = "/a", body: bytes = b"{}"
    ) -> tuple[Database, dict[str, Any]]:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def ask() -> tuple[Database, dict[str, Any]]:
            chosen = settings(enable_test_auth=True, rate_limits=False)
            async with upstream(Server([LENGTH])) as databases:
                scope: dict[str, Any] = {
                    "type": "http",
                    "method": method,
                    "path": path,
                    "query_string": b"",
                    "headers": [
                        (b"host", b"test"),
                        (b"x-test-user-id", str(USER).encode()),
                        *((b"idempotency-key", key.encode("latin-1")) for key in keys),
                    ],
                    "state": {
                        "authenticator": Authenticator(chosen, None),  # type: ignore[arg-type]
                        "databases": databases,
                        "limits": Limits(chosen),
                    },
                }
                return await AsCreator(**BEARER)(Request(scope, receive)), scope

        return asyncio.run(ask())

    def test_without_a_key(self) -> None:
        database, scope = self.database()
        assert type(database) is Database
        assert ONCE not in scope

    @pytest.mark.parametrize("key", ["!", "~" * 255, "8e03978e-40d5-43e8-bc93-6894a57f9324"])
    def test_with_one(self, key: str) -> None:
        database, scope = self.database(key, path="/a", body=b'{"title":"a"}')
        assert isinstance(database, OnceDatabase)
        assert scope[ONCE] is database
        assert database.caller.user_id == USER
        assert database._key == hashlib.sha256(key.encode()).hexdigest()
        asked = hashlib.sha256(b'POST /a\n{"title":"a"}').hexdigest()
        assert database._fingerprint == asked

    @pytest.mark.parametrize(
        ("keys", "words"),
        [
            (("a", "b"), "Send this header once"),
            (("a", "a"), "Send this header once"),
            (("a", ""), "Send this header once"),
            (("",), "1 to 255"),
            (("~" * 256,), "1 to 255"),
            (("a b",), "1 to 255"),
            (("\xe4",), "1 to 255"),
        ],
    )
    def test_what_is_none(self, keys: tuple[str, ...], words: str) -> None:
        with pytest.raises(ApiError) as refused:
            self.database(*keys)
        assert refused.value.code == "VALIDATION_ERROR"
        ((field, message),) = [(it.field, it.message) for it in refused.value.errors or ()]
        assert field == "Idempotency-Key"
        assert words in message
