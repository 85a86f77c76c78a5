"""An API with a primary, a standby and Redis."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import httpx
import psycopg
from redis import Redis

from api.database.last_writes import DOUBT, SETTLED
from local.addresses import HOST, free_port
from local.server import api_settings
from local.stack import Stack
from tests import actors
from tests.actors import Match, User
from tests.conftest import client
from tests.preloaded import PreloadedApi
from tests.rate_limits.redis_server import RedisServer
from tests.stacks import scratch_folder
from tests.standby import Standby

METRICS_TOKEN = "a-metrics-token-for-tests"
READS = re.compile(r'^session_api_replica_reads_total\{result="(\w+)"\} (\S+)$', re.M)
STUDY, INTERVIEW, CHAT, WINGMAN = (
    f"/api/v1/{kind}/sessions" for kind in ("study", "interview", "chat", "wingman")
)


@dataclass
class Site:
    """What is served, and what stands behind it."""

    stack: Stack
    standby: Standby
    redis: RedisServer
    address: str

    def by(self, user: User) -> httpx.Client:
        """Return a client of this user's."""
        return client(self.address, Authorization=f"Bearer {user.token}")

    def reads(self) -> dict[str, int]:
        """Return how many reads had each result."""
        headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
        text = httpx.get(f"{self.address}/metrics", headers=headers).text
        return {result: int(float(count)) for result, count in READS.findall(text)}

    def user(self) -> User:
        """Make a user."""
        with psycopg.connect(self.stack.database_url, autocommit=True) as sql:
            return actors.new_user(sql, self.stack.jwt_secret)

    def match(self) -> Match:
        """Make an accepted match of two new users."""
        with psycopg.connect(self.stack.database_url, autocommit=True) as sql:
            return actors.new_match(sql, partial(actors.new_user, sql, self.stack.jwt_secret))

    def settle(self) -> None:
        """Let it be known that Redis has lost nothing."""
        settle(self.redis)

    def warm_up(self) -> None:
        """Read until the standby answers."""
        someone = self.user()
        with self.by(someone) as me:
            me.post(STUDY, json={"title": "a"}).raise_for_status()
            for _ in turns("the standby never answers"):
                self.settle()  # a Redis that was slow for a moment may have lost a note
                before = self.reads().get("served", 0)
                me.get(STUDY).raise_for_status()
                if self.reads().get("served", 0) > before:
                    return


def turns(failure: str) -> Iterator[None]:
    """Take turns until the loop is left, however fast they are; fail after 30 seconds."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        yield
        time.sleep(0.01)
    raise AssertionError(failure)


def settle(redis: RedisServer) -> None:
    """Let it be known that Redis has lost nothing."""
    with Redis.from_url(redis.url) as server:
        server.set(SETTLED, 1)
        server.delete(DOUBT)


@contextmanager
def serving(stack: Stack, standby: Standby, redis: RedisServer, **settings: str) -> Iterator[Site]:
    """Serve the API."""
    with scratch_folder() as folder:
        port = free_port()
        env = {
            "PATH": os.defpath,
            **api_settings(stack, "postgres"),
            "RATE_LIMITS": "off",
            "RATE_LIMIT_STORAGE": redis.url,
            "API_READ_DATABASE_URL": standby.url,
            "METRICS_TOKEN": METRICS_TOKEN,
            **settings,
        }
        server = PreloadedApi(port, env, folder, folder / "api.log")
        try:
            server.start()
            yield Site(stack, standby, redis, f"http://{HOST}:{port}")
        finally:
            server.stop()
