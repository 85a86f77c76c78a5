"""Rate limits measure time that passes, and no time of day."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from local.server import api_settings
from tests.answers import error
from tests.rate_limits.redis_server import redis_server
from tests.stacks import scratch_folder
from tests.time.site import HOUR, MESSAGES, Api, Site, serving

pytestmark = pytest.mark.all_kinds


def post(client: httpx.Client) -> httpx.Response:
    """Post a message to a chat that is not there, which counts as any other."""
    body = {"role": "user", "content": "Hello"}
    return client.post(f"/api/v1/chat/sessions/{uuid4()}/messages", json=body)


def exhaust(client: httpx.Client) -> None:
    """Post as many messages as are allowed."""
    for _ in range(MESSAGES):
        assert error(post(client)) == (404, "SESSION_NOT_FOUND")


def assert_refused(answer: httpx.Response) -> None:
    assert error(answer) == (429, "RATE_LIMITED")
    assert 1 <= int(answer.headers["Retry-After"]) <= HOUR + 1
    assert answer.headers["RateLimit-Remaining"] == "0"


class TestJump:
    @pytest.fixture
    def counted_in_redis(self, at: Site) -> Iterator[Api]:
        """An API whose counts are in Redis, whose clock is right."""
        with redis_server() as redis, scratch_folder() as folder:
            settings = api_settings(at.stack, "postgres") | {
                "RATE_LIMIT_STORAGE": redis.url,
                "RATE_LIMIT_MESSAGE": f"{MESSAGES}/hour",
            }
            with serving(folder, {"redis": settings}) as (api,):
                yield api

    def test_memory(self, at: Site, api: Api) -> None:
        self.jump(at.by(at.user(), api), api)

    def test_redis(self, at: Site, counted_in_redis: Api) -> None:
        self.jump(at.by(at.user(), counted_in_redis), counted_in_redis)

    def jump(self, client: httpx.Client, api: Api) -> None:
        api.clock.set(HOUR)
        exhaust(client)
        for offset in (HOUR, 2 * HOUR, 0):
            api.clock.set(offset)
            assert_refused(post(client))
