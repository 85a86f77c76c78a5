"""An API whose log is read line by line."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.actors import User
from tests.conftest import client

SECRET = "xyzzy"

Line = dict[str, Any]


@dataclass
class Served:
    """An API that logs into a file."""

    address: str
    log: Path

    def lines(self) -> list[Line]:
        return [json.loads(line) for line in self.log.read_text().rpartition("\n")[0].splitlines()]

    def after(self, answer: httpx.Response) -> Line:
        """The line of a request, which is written once the answer is sent."""
        return self.line(answer.headers["X-Request-ID"])

    def line(self, request_id: str) -> Line:
        deadline = time.monotonic() + 5
        found: list[Line] = []
        while not found and time.monotonic() < deadline:
            found = [it for it in self.lines() if it.get("request_id") == request_id]
        assert len(found) == 1, found
        return found[0]


def signed_in(served: Served, user: User) -> httpx.Client:
    return client(served.address, Authorization=f"Bearer {user.token}")
