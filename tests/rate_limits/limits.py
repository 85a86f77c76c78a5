"""What the tests of rate limits share."""

import itertools
from typing import Any

import httpx

from api.rate_limits.rate import Rate
from api.settings import Settings
from tests.actors import User
from tests.conftest import client

MINUTE = 60
NUMBERS = itertools.count(1)
GENEROUS = {
    f"RATE_LIMIT_{name}": "100000/minute"
    for name in ("READ", "CREATE", "MESSAGE", "CONFIRM", "WRITE", "ADDRESS", "FAILED_AUTH")
}


def rate(amount: int) -> Rate:
    return Rate.of("read", f"{amount}/minute")


def settings(**changes: Any) -> Settings:
    return Settings(_env_file=None, environment="development", **changes)


STUDY = "/api/v1/study/sessions"


def signed_in(address: str, user: User, **headers: str) -> httpx.Client:
    return client(address, Authorization=f"Bearer {user.token}", **headers)


def refused(answer: httpx.Response) -> bool:
    """Whether an answer is a 429, whose shape and headers are checked on the way."""
    if answer.status_code != 429:
        return False
    assert answer.json()["detail"]["code"] == "RATE_LIMITED"
    assert 1 <= int(answer.headers["Retry-After"]) <= MINUTE + 1
    assert answer.headers["RateLimit-Remaining"] == "0"
    return True


class Clock:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now
