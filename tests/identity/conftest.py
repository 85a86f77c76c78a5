"""The doors that the tests of this folder knock at."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.identity.door import (
    EC_JWK,
    OCT_JWK,
    RSA_JWK,
    Door,
    settings,
)
from tests.identity.jwks_server import JwksServer


@pytest.fixture(scope="module")
def server() -> Iterator[JwksServer]:
    with JwksServer(OCT_JWK, EC_JWK, RSA_JWK) as served:
        yield served


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def door(server: JwksServer, runner: asyncio.Runner) -> Iterator[Door]:
    door = Door(runner, settings(server))
    yield door
    door.close()


@pytest.fixture(scope="module")
def open_door(server: JwksServer, runner: asyncio.Runner) -> Iterator[Door]:
    """One where `X-Test-User-ID` says who it is."""
    values = {"environment": "development", "enable_test_auth": True}
    door = Door(runner, settings(server, **values))
    yield door
    door.close()
