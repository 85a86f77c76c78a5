"""A standby of the tests' stack, and APIs that read there."""

from collections.abc import Iterator
from typing import cast

import pytest

from local.stack import Stack
from tests.rate_limits.redis_server import RedisServer, redis_server
from tests.replicas.site import Site, serving, settle
from tests.stacks import local
from tests.standby import Standby, standby


@pytest.fixture(scope="session")
def primary(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """An embedded stack, whatever `--stack` says."""
    if request.config.getoption("stack") == "local":
        yield cast("Stack", request.getfixturevalue("stack"))
    else:
        with local.stack() as stack:
            yield stack


@pytest.fixture(scope="session")
def replica(primary: Stack) -> Iterator[Standby]:
    with standby(primary) as made:
        yield made


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    """A Redis that is not new: when it is, no replica is read for `READ_YOUR_WRITES` seconds."""
    with redis_server() as server:
        settle(server)
        yield server


@pytest.fixture(scope="session")
def site(primary: Stack, replica: Standby, redis: RedisServer) -> Iterator[Site]:
    """The API, with the check."""
    with serving(primary, replica, redis) as served:
        yield served


@pytest.fixture(scope="session")
def unchecked(primary: Stack, replica: Standby, redis: RedisServer) -> Iterator[Site]:
    """The API, without it."""
    with serving(primary, replica, redis, READ_YOUR_WRITES="0") as served:
        yield served
