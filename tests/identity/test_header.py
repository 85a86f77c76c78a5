"""The headers that say who calls: `Authorization`, and in development `X-Test-User-ID`."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import ApiError
from api.identity import auth
from api.main import create_app
from api.settings import Settings
from tests.identity.door import (
    REFUSED,
    USER,
    Door,
    by_secret,
    settings,
    untimed,
)
from tests.identity.jwks_server import JwksServer


class TestAuthorizationHeader:
    @pytest.mark.parametrize(
        "value",
        [
            b"",
            b" ",
            b"Bearer",
            b"Bearer ",
            b"Bearer null",
            b"Bearer undefined",
            b"Bearer a.b",
            b"Bearer a.b.c",
            b"Bearer ..",
            b"Bearer a.b.c.d",
            b"Bearer a.b.c d",
            b"Bearer\ta.b.c",
            b"Basic YWxpY2U6c2VjcmV0",
            b"Token a.b.c",
            b"Bearer \xff\xfe.\xff.\xff",
            b"Bearer \x00",
            b"Bearer " + b"." * 8_000,
            b"Bearer " + b"a" * 100_000,
            b"Bearer " + b"a." * 100_000,
        ],
    )
    def test_refused(self, door: Door, value: bytes) -> None:
        assert door.knock((b"authorization", value)) == REFUSED

    def test_none(self, door: Door) -> None:
        assert door.knock() == REFUSED
        assert door.knock((b"x-authorization", b"Bearer " + by_secret().encode())) == REFUSED

    def test_exactly_one(self, door: Door) -> None:
        valid = (b"authorization", b"Bearer " + by_secret().encode())
        assert door.knock(valid, valid) == REFUSED
        assert door.knock(valid, (b"authorization", b"")) == REFUSED
        assert door.knock((b"authorization", valid[1] + b", " + valid[1])) == REFUSED

    @pytest.mark.parametrize(
        "changed",
        [
            "{}=",
            "{}==",
            "={}",
            "{}\n",
            "\n{}",
            "{}.",
            ".{}",
            '"{}"',
            "{} ",
            "Bearer {}",
        ],
    )
    def test_a_valid_token_with_something_to_it(self, door: Door, changed: str) -> None:
        assert door.bearer(changed.format(by_secret())) == REFUSED

    def test_standard_base64_is_not_ours(self, door: Door) -> None:
        head, payload, signature = by_secret(name="?>?>?>~~").split(".")
        standard = ".".join(
            part.translate(str.maketrans("-_", "+/")) for part in (head, payload, signature)
        )
        assert "+" in standard or "/" in standard
        assert door.bearer(standard) == REFUSED

    def test_the_longest(self, door: Door) -> None:
        token = by_secret().encode()
        scheme = b"Bearer" + b" " * (auth.LONGEST_TOKEN - len(b"Bearer") - len(token))
        assert door.knock((b"authorization", scheme + token)) == USER
        assert door.knock((b"authorization", scheme + b" " + token)) == REFUSED

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            (b"Bearer null", auth.NOT_A_TOKEN),
            (b"bEARER a.b", auth.NOT_A_TOKEN),
            (b"Basic YWxpY2U6c2VjcmV0", auth.NO_TOKEN),
            (b"", auth.NO_TOKEN),
        ],
    )
    def test_what_is_said(self, value: bytes, said: str) -> None:
        with pytest.raises(ApiError) as refused:
            auth.bearer_token(value)
        assert refused.value.message == said

    def test_absurdly_long(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        token = by_secret(email="x" * 10_000)
        monkeypatch.setattr(auth, "unverified_header", None)  # refused before anything is read
        with pytest.raises(ApiError, match="too long"):
            door.caller(token)


class TestTestUser:
    HEADER = (b"x-test-user-id", str(USER).encode())

    def door(self, server: JwksServer, runner: asyncio.Runner, **values: Any) -> Door:
        return Door(runner, settings(server, **values))

    def test_in_development_when_enabled(self, open_door: Door) -> None:
        assert open_door.knock(self.HEADER) == USER

    def test_before_a_token(self, open_door: Door) -> None:
        token = by_secret(sub=str(uuid4())).encode()
        assert open_door.knock((b"authorization", b"Bearer " + token), self.HEADER) == USER

    def test_a_token_goes_on_working(self, open_door: Door) -> None:
        assert open_door.bearer(by_secret()) == USER
        assert open_door.knock() == REFUSED

    @pytest.mark.parametrize(
        "value", [b"", b"alice", str(USER).encode() + b" ", USER.hex.encode(), b"\xff" * 36]
    )
    def test_not_a_uuid(self, open_door: Door, value: bytes) -> None:
        assert open_door.knock((b"x-test-user-id", value)) == REFUSED

    def test_not_one(self, open_door: Door) -> None:
        assert open_door.knock(self.HEADER, self.HEADER) == REFUSED

    @untimed
    @given(value=st.binary())
    def test_any_bytes(self, open_door: Door, value: bytes) -> None:
        assert open_door.knock((b"x-test-user-id", value)) == REFUSED

    @pytest.mark.parametrize(
        "values",
        [
            {"environment": "production"},
            {"environment": "development"},
            {"environment": "development", "enable_test_auth": False},
        ],
    )
    def test_ignored(
        self, server: JwksServer, runner: asyncio.Runner, values: dict[str, Any]
    ) -> None:
        door = self.door(server, runner, **values)
        assert door.knock(self.HEADER) == REFUSED
        other = uuid4()
        token = by_secret(sub=str(other)).encode()
        assert door.knock((b"authorization", b"Bearer " + token), self.HEADER) == other
        door.close()

    def test_never_in_production(self, server: JwksServer, runner: asyncio.Runner) -> None:
        """Not even if the settings' own check were bypassed."""
        allowed = settings(server, environment="development", enable_test_auth=True)
        door = Door(runner, allowed.model_copy(update={"environment": "production"}))
        assert door.knock(self.HEADER) == REFUSED
        door.close()


class TestDocumented:
    def test_authorize_button(self) -> None:
        schema = create_app(Settings(_env_file=None, environment="development")).openapi()
        (name,) = schema["components"]["securitySchemes"]
        scheme = schema["components"]["securitySchemes"][name]
        assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
        operations = [
            operation
            for path, methods in schema["paths"].items()
            for operation in methods.values()
            if path.startswith("/api/")
        ]
        assert operations
        assert all(operation["security"] == [{name: []}] for operation in operations)
