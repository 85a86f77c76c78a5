"""Counts in the memory of one process."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from api.rate_limits.rate import Count, Rate

MOST_KEYS: Final = 50_000
"""The number of users that one process keeps in memory; the same number of addresses."""


class Memory:
    """Counts in this process's memory, for a bounded number of keys: the oldest are evicted.

    The same sliding window as that of `limits` in Redis. The memory storage of `limits` iterates
    over all keys on every hit and evicts none early, which a flood of addresses would exploit.
    """

    def __init__(
        self, most_keys: int = MOST_KEYS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.most_keys = most_keys
        self.clock = clock
        # key → start of its window, hits in it, hits in the previous one, when both expire
        self.windows: OrderedDict[tuple[str, str], tuple[float, int, int, float]] = OrderedDict()

    async def hit(self, rate: Rate, who: str, *, told: bool = True) -> Count:
        """Count a hit, unless it would exceed the limit.

        `told`: whether the caller needs the remaining count even if the hit is allowed.
        """
        now, key = self.clock(), (rate.name, who)
        start, current, previous = self._window(key, rate.period, now)
        used = self._used(rate, start, current, previous, now)
        if used >= rate.amount:
            return self._count(rate, start, used, previous, now, allowed=False)
        self.windows[key] = (start, current + 1, previous, start + 2 * rate.period)
        if current == 0:
            self.windows.move_to_end(key)
            self._make_room(now)
        if not told:
            return Count(rate, True, 0, 0.0)
        return self._count(rate, start, used + 1, previous, now, allowed=True)

    async def look(self, rate: Rate, who: str) -> Count:
        """Return the current count."""
        now = self.clock()
        start, current, previous = self._window((rate.name, who), rate.period, now)
        used = self._used(rate, start, current, previous, now)
        return self._count(rate, start, used, previous, now, allowed=True)

    def _window(self, key: tuple[str, str], period: int, now: float) -> tuple[float, int, int]:
        found = self.windows.get(key)
        if found is None or now >= found[3]:
            return now, 0, 0
        start, current, previous, _ = found
        return (start, current, previous) if now < start + period else (start + period, 0, current)

    def _used(self, rate: Rate, start: float, current: int, previous: int, now: float) -> int:
        if not previous:
            return current
        # the previous window's weight decreases linearly, as if its hits had been spread evenly
        return int(previous * (start + rate.period - now) / rate.period) + current

    def _count(
        self, rate: Rate, start: float, used: int, previous: int, now: float, *, allowed: bool
    ) -> Count:
        left = start + rate.period - now
        # one more request is allowed each time the previous window's weight has fallen by one
        reset = min(left % (rate.period / previous) if previous else left, left) if used else 0.0
        return Count(rate, allowed, max(rate.amount - used, 0), reset)

    def _make_room(self, now: float) -> None:
        # evict two per new key, so that expired keys do not accumulate
        for _ in range(2):
            oldest, window = next(iter(self.windows.items()))
            if len(self.windows) <= self.most_keys and window[3] > now:
                return
            del self.windows[oldest]
