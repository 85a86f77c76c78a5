"""Counts in one process's memory."""

import asyncio

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.rate_limits.memory_storage import Memory
from tests.rate_limits.limits import (
    MINUTE,
    Clock,
    rate,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


class TestMemory:
    def take(self, memory: Memory, who: str = "ada", amount: int = 3) -> bool:
        return asyncio.run(memory.hit(rate(amount), who)).allowed

    def test_as_many_as_the_limit(self, clock: Clock) -> None:
        memory = Memory(clock=clock)
        assert [self.take(memory) for _ in range(5)] == [True, True, True, False, False]
        assert self.take(memory, "ben")

    def test_room_comes_back_bit_by_bit(self, clock: Clock) -> None:
        memory = Memory(clock=clock)
        assert [self.take(memory) for _ in range(4)] == [True, True, True, False]
        clock.now += MINUTE
        assert not self.take(memory)
        for _ in range(3):
            clock.now += MINUTE / 3 - 0.1
            assert [self.take(memory) for _ in range(2)] == [True, False]
        clock.now += 3 * MINUTE
        assert [self.take(memory) for _ in range(4)] == [True, True, True, False]

    def test_what_it_tells(self, clock: Clock) -> None:
        memory = Memory(clock=clock)
        told = []
        for _ in range(3):
            told.append(asyncio.run(memory.look(rate(3), "ada")))
            self.take(memory)
            clock.now += 20
        assert [it[1:] for it in told] == [(True, 3, 0.0), (True, 2, 40.0), (True, 1, 20.0)]

    def test_what_it_tells_of_the_window_before(self, clock: Clock) -> None:
        """Of 3 hits in it, 2 count after 10 s; the second of them stops to count 10 s later."""
        memory = Memory(clock=clock)
        for _ in range(3):
            self.take(memory)
        clock.now += MINUTE + 10
        assert asyncio.run(memory.look(rate(3), "ada"))[1:] == (True, 1, 10.0)
        assert asyncio.run(memory.hit(rate(3), "ada"))[1:] == (True, 0, 10.0)
        assert asyncio.run(memory.hit(rate(3), "ada"))[1:] == (False, 0, 10.0)

    @pytest.mark.parametrize("periods", [2, 2.5])
    def test_two_periods_later_nothing_counts(self, clock: Clock, periods: float) -> None:
        memory = Memory(clock=clock)
        for _ in range(3):
            self.take(memory)
        clock.now += periods * MINUTE
        assert asyncio.run(memory.look(rate(3), "ada"))[1:] == (True, 3, 0.0)
        assert asyncio.run(memory.hit(rate(3), "ada"))[1:] == (True, 2, 60.0)

    def test_a_hit_as_the_next_window_begins(self, clock: Clock) -> None:
        """It counts in that one, fully for as long as it lasts."""
        memory = Memory(clock=clock)
        self.take(memory)
        clock.now += MINUTE
        self.take(memory)
        clock.now += 50
        assert asyncio.run(memory.look(rate(3), "ada")).remaining == 2

    def test_who_need_not_be_told(self, clock: Clock) -> None:
        read = rate(3)
        count = asyncio.run(Memory(clock=clock).hit(read, "ada", told=False))
        assert count == (read, True, 0, 0.0)

    def test_two_that_are_over_go_for_one_that_comes(self, clock: Clock) -> None:
        memory = Memory(clock=clock)
        for number in range(5):
            self.take(memory, str(number))
        clock.now += 2 * MINUTE
        self.take(memory, "later")
        assert [who for _, who in memory.windows] == ["2", "3", "4", "later"]

    @given(st.lists(st.floats(0.01, 50), min_size=1, max_size=60), st.integers(1, 8))
    def test_no_window_ever_holds_twice_the_limit(self, gaps: list[float], amount: int) -> None:
        clock = Clock()
        memory = Memory(clock=clock)
        allowed = []
        for gap in gaps:
            clock.now += gap
            if self.take(memory, amount=amount):
                allowed.append(clock.now)
        for start in allowed:
            # the window before counts as if it had been used evenly: an estimate, hence the 2
            assert sum(start <= at < start + MINUTE for at in allowed) < 2 * amount + 1

    @example([1.2142883512843792, 1.0], 1)  # 59 s later by subtraction, and a little less in fact
    @given(st.lists(st.floats(0.01, 50), min_size=1, max_size=40), st.integers(1, 8))
    def test_who_waits_as_told_is_let_in(self, gaps: list[float], amount: int) -> None:
        clock = Clock()
        memory = Memory(clock=clock)
        for gap in gaps:
            clock.now += gap
            count = asyncio.run(memory.hit(rate(amount), "ada"))
            if not count.allowed:
                headers = count.refusal().headers or {}
                clock.now += int(headers["Retry-After"])
                assert self.take(memory, amount=amount)

    def test_a_flood_of_addresses_stays_small(self, clock: Clock) -> None:
        memory = Memory(most_keys=100, clock=clock)
        for number in range(1000):
            self.take(memory, str(number))
        assert len(memory.windows) == 100
        clock.now += 3 * MINUTE
        for number in range(60):
            self.take(memory, f"later {number}")
        assert len(memory.windows) == 60, "what is over is forgotten without a flood"

    def test_who_keeps_coming_is_not_the_oldest(self, clock: Clock) -> None:
        memory = Memory(most_keys=10, clock=clock)
        self.take(memory, "ada", amount=1)
        clock.now += MINUTE * 1.9
        assert self.take(memory, "ada", amount=1)
        for number in range(9):
            self.take(memory, str(number))
        assert not self.take(memory, "ada", amount=1)
