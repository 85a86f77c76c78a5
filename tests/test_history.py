"""The checker of histories finds each anomaly and accepts every legal history."""

import math
from collections import Counter
from itertools import permutations
from random import Random

import pytest

from tests.history import (
    BACKWARDS,
    FUTURE,
    NO_ORDER,
    NOWHERE,
    ORDER,
    PLACE,
    STALE,
    History,
    Read,
    Write,
    appended,
    register,
)


def read(began: float, ended: float, *values: str) -> Read:
    """A read of a whole list."""
    return Read(began, ended, places=dict(enumerate(values, 1)), length=len(values))


class TestRegister:
    @pytest.mark.parametrize(
        ("writes", "reads", "expected"),
        [
            ([], [Read(0, 1)], set()),
            ([Write("a", 0, 1)], [Read(2, 3, "a")], set()),
            # beside a write, either value
            ([Write("a", 1, 4)], [Read(2, 3), Read(2, 3, "a")], set()),
            ([Write("a", 1, 4), Write("b", 1, 4)], [Read(5, 6, "a"), Read(7, 8, "a")], set()),
            # in doubt: never, or at any time
            ([Write("a", 0)], [Read(1, 2), Read(3, 4, "a")], set()),
            ([Write("a", 0), Write("b", 1, 2)], [Read(3, 4, "b"), Read(5, 6, "a")], set()),
            ([Write("a", 0, 1)], [Read(2, 3)], {STALE, NO_ORDER}),
            ([Write("a", 0, 1), Write("b", 2, 3)], [Read(4, 5, "a")], {STALE, NO_ORDER}),
            ([Write("a", 1, 9)], [Read(2, 3, "a"), Read(4, 5)], {BACKWARDS, NO_ORDER}),
            ([], [Read(0, 1, "a")], {NOWHERE}),
            ([Write("a", 2, 3)], [Read(0, 1, "a")], {FUTURE}),
            # nothing is stale, but two readers have seen two writes in different orders
            (
                [Write("a", 0, 9), Write("b", 0, 9)],
                [Read(1, 2, "a"), Read(3, 4, "b"), Read(5, 6, "a")],
                {NO_ORDER},
            ),
        ],
    )
    def test_each(self, writes: list[Write], reads: list[Read], expected: set[str]) -> None:
        assert set(register(History(writes, reads))) == expected

    def test_as_by_trying_all_orders(self) -> None:
        """Small histories by chance: an order is found exactly if there is one."""
        chance = Random(0)  # noqa: S311 - reproducible, and no secret
        said: Counter[bool] = Counter()
        for _ in range(1_500):
            writes = [Write(value, *times(chance)) for value in "ab"[: chance.randint(1, 2)]]
            values = [None, *(it.value for it in writes)]
            reads = [Read(*times(chance), chance.choice(values)) for _ in range(3)]
            history = History(writes, reads)
            has_order = not register(history)
            requests: list[Write | Read] = [*writes, *reads]
            assert has_order is any(explains(it) for it in permutations(requests))
            said[has_order] += 1
        assert min(said[True], said[False]) > 100


def times(chance: Random) -> tuple[float, float]:
    began = chance.random()
    return began, began + chance.random() / 2


def explains(order: tuple[Write | Read, ...]) -> bool:
    """Whether the requests can have been done in this order."""
    value, latest = None, -math.inf
    for it in order:
        latest = max(latest, it.began)
        if it.ended < latest or (isinstance(it, Read) and it.value != value):
            return False
        if isinstance(it, Write):
            value = it.value
    return True


class TestAppended:
    A, B = Write("a", 0, 1), Write("b", 2, 3)

    @pytest.mark.parametrize(
        ("writes", "reads", "expected"),
        [
            ([A, B], [read(1.5, 4), read(4, 5, "a", "b")], {STALE}),
            ([A, B], [Read(4, 5, places={1: "a"}, length=1)], {STALE}),
            ([A, B], [read(1.5, 4, "a"), read(4, 5, "a", "b")], set()),
            # a page of the newest alone
            ([A, B], [Read(4, 5, places={2: "b"}, length=2)], set()),
            ([A, B], [read(2, 9, "a", "b"), read(2, 9, "a")], set()),
            ([A, Write("b", 2, 9)], [read(3, 4, "a", "b"), read(5, 6, "a")], {BACKWARDS}),
            ([A, Write("b", 2)], [read(3, 4, "a"), read(5, 6, "a", "b")], set()),
            ([A, B], [read(4, 5, "b", "a")], {ORDER}),
            ([A, B], [read(4, 5, "a", "b"), read(4, 5, "b", "a")], {PLACE}),
            ([A, B], [read(4, 5, "a", "b", "a")], {PLACE}),
            ([A], [read(4, 5, "a", "c")], {NOWHERE}),
            ([A, B], [read(0.5, 1.5, "a", "b"), read(4, 5, "a", "b")], {FUTURE}),
        ],
    )
    def test_each(self, writes: list[Write], reads: list[Read], expected: set[str]) -> None:
        assert set(appended(History(writes, reads))) == expected
