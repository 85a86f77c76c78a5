"""A verified token is cached, and the cache admits nobody extra."""

import asyncio
import time
from functools import partial
from typing import Any
from uuid import uuid4

import jwt
import pytest
from jwt.algorithms import ECAlgorithm

from api.identity import auth
from api.identity.jwks import PublicKeys
from tests.identity.door import (
    EC_JWK,
    OTHER_EC_KEY,
    REFUSED,
    RSA_JWK,
    USER,
    Door,
    by_key,
    by_secret,
    settings,
)
from tests.identity.jwks_server import JwksServer


class TestRemembered:
    """A verified token is recognised again, unless it is no longer valid."""

    class Clock:
        now = 1_000.0

        def __call__(self) -> float:
            return self.now

    @pytest.fixture
    def verifications(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        seen: list[str] = []
        decode = jwt.decode

        def noted(token: str, *arguments: Any, **options: Any) -> Any:
            seen.append(token)
            return decode(token, *arguments, **options)

        monkeypatch.setattr(jwt, "decode", noted)
        return seen

    @pytest.mark.parametrize("make", [by_secret, by_key])
    def test_verified_once(self, door: Door, verifications: list[str], make: partial[str]) -> None:
        token = make(email=str(uuid4()))
        assert [door.bearer(token) for _ in range(10)] == [USER] * 10
        assert verifications == [token]

    def test_a_refusal_is_not(self, door: Door, verifications: list[str]) -> None:
        token = by_secret(role="anon", email=str(uuid4()))
        assert [door.bearer(token) for _ in range(3)] == [REFUSED] * 3
        assert verifications == [token] * 3

    def test_until_it_expires(
        self, server: JwksServer, runner: asyncio.Runner, verifications: list[str]
    ) -> None:
        clock = self.Clock()
        clock.now = time.time()
        door = Door(runner, settings(server), clock)
        expires = int(clock.now) + 60
        token = by_secret(exp=expires)
        door.bearer(token)
        clock.now = expires + 4.9
        door.bearer(token)
        assert verifications.count(token) == 1
        clock.now = expires + 5
        door.bearer(token)
        assert verifications.count(token) == 2
        door.close()

    def test_until_its_key_is_withdrawn(
        self, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = self.Clock()
        monkeypatch.setattr(auth, "PublicKeys", partial(PublicKeys, clock=clock))
        with JwksServer(EC_JWK) as server:
            door = Door(runner, settings(server))
            token = by_key()
            assert door.bearer(token) == USER
            server.document = {"keys": [RSA_JWK]}
            clock.now += 600
            assert door.bearer(token) == REFUSED
            door.close()

    def test_until_its_key_is_another(
        self, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = self.Clock()
        monkeypatch.setattr(auth, "PublicKeys", partial(PublicKeys, clock=clock))
        other = {**ECAlgorithm.to_jwk(OTHER_EC_KEY.public_key(), as_dict=True), "kid": "ec-1"}
        with JwksServer(EC_JWK) as server:
            door = Door(runner, settings(server))
            token = by_key()
            assert door.bearer(token) == USER
            server.document = {"keys": [other]}
            clock.now += 600
            assert door.bearer(token) == REFUSED
            door.close()
