"""The limits of verified users: by what the operation does, for each user."""

import asyncio
from collections.abc import Iterator

import pytest

from api.errors import ApiError
from api.observability import exchange
from api.operations import Operation
from api.rate_limits.memory_storage import Memory
from api.rate_limits.rate import LIMITS
from api.rate_limits.users import COUNT, Limits
from tests.rate_limits.limits import settings


@pytest.fixture(autouse=True)
def creating() -> Iterator[None]:
    """A request that an operation of the action `create` serves."""
    token = exchange.enter(exchange.Exchange({"method": "POST", "headers": []}))
    exchange.served_by(Operation("/things", action="create"))
    yield
    exchange.leave(token)


def admit(limits: Limits, user: str) -> int | None:
    """How many more requests the user has after this one; `None` if nothing was counted."""
    scope: dict[str, object] = {}
    asyncio.run(limits.admit(scope, user))
    count = scope.get(COUNT)
    return None if count is None else count.remaining  # type: ignore[attr-defined]


class TestAdmit:
    def test_by_the_action(self) -> None:
        limits = Limits(settings(rate_limit_create="2/minute", rate_limit_read="9/minute"))
        assert [admit(limits, "ada") for _ in range(2)] == [1, 0]
        with pytest.raises(ApiError) as refused:
            admit(limits, "ada")
        assert refused.value.code == "RATE_LIMITED"
        assert admit(limits, "ben") == 1
        assert {name: rate.name for name, rate in limits.rates.items()} == {it: it for it in LIMITS}

    def test_a_flood_of_addresses_evicts_no_user(self) -> None:
        limits = Limits(settings(rate_limit_create="2/minute"))
        for storage in (limits.users, limits.addresses):
            assert isinstance(storage, Memory)
            storage.most_keys = 2
        assert admit(limits, "ada") == 1
        for number in range(5):
            asyncio.run(limits.addresses.hit(limits.rates["address"], f"203.0.113.{number}"))
        assert admit(limits, "ada") == 0

    def test_off(self) -> None:
        limits = Limits(settings(rate_limit_create="1/minute", rate_limits=False))
        assert [admit(limits, "ada") for _ in range(3)] == [None] * 3

    def test_without_redis_all_pass(self) -> None:
        limits = Limits(
            settings(rate_limit_create="1/minute", rate_limit_storage="redis://127.0.0.1:1/0")
        )
        assert [admit(limits, "ada") for _ in range(3)] == [None] * 3
