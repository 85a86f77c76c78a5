"""A Redis for the tests that need one: its own process, a free port, nothing on the disk."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from local.addresses import HOST, answers, free_port
from local.processes import Child
from tests.stacks import scratch_folder

START_SECONDS = 10


class RedisServer:
    """A Redis that can be taken away and brought back."""

    def __init__(self, program: str, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://{HOST}:{self.port}/0"
        settings = {"--bind": HOST, "--port": str(self.port), "--save": "", "--appendonly": "no"}
        self._child = Child(
            "Redis",
            [program, *(word for pair in settings.items() for word in pair), "--dir", str(folder)],
            env={"PATH": os.defpath},
            is_ready=lambda: answers(self.port),
            start_seconds=START_SECONDS,
            log=folder / "redis.log",
        )

    def start(self) -> None:
        self._child.start()

    def stop(self) -> None:
        self._child.stop()

    def freeze(self, seconds: float) -> None:
        """Take connections and commands, and answer none of them for so long."""
        with redis.Redis.from_url(self.url) as client:
            client.client_pause(int(seconds * 1000))

    def keys(self) -> list[bytes]:
        with redis.Redis.from_url(self.url) as client:
            return list(client.scan_iter())


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Start Redis; skip the test if it is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("there is no redis-server: apt-get install redis-server, brew install redis")
    with scratch_folder() as folder:
        server = RedisServer(program, folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()
