"""Histories of requests, and whether one server could have answered them.

Each request is written down with when it was sent and when it was answered. The checks find what
could not have happened if everything were done one after the other, each at some moment between
the two: that is linearizability, of notes as a register and of a chat's messages as a list that
only grows (Elle's list-append).
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

Anomaly = str
NOWHERE, FUTURE, STALE, BACKWARDS, ORDER, PLACE, NO_ORDER = (
    "a value that nobody wrote",
    "a value before it was written",
    "a stale read",
    "a non-monotonic read",
    "writes in another order than they were made",
    "two values in one place",
    "no order explains it",
)


@dataclass(frozen=True)
class Write:
    """A value that somebody wrote, or appended. Values are written once.

    `ended` is infinite if it is in doubt whether it was written: it may have been, at any time.
    """

    value: str
    began: float
    ended: float = math.inf


@dataclass(frozen=True)
class Read:
    """What somebody read: of a register its value, of a list some places and its length."""

    began: float
    ended: float
    value: str | None = None
    places: Mapping[int, str] = field(default_factory=dict)
    length: int = 0


@dataclass
class History:
    """The requests about one object."""

    writes: list[Write] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)


def register(history: History) -> Counter[Anomaly]:
    """Check a register, which is `None` at first.

    The requests that wrote or read a value form its cluster. By Gibbons and Korach an order exists
    if the clusters in which one began after another had ended do not overlap, and none of the other
    clusters lies within one of these.
    """
    found: Counter[Anomaly] = Counter()
    first = Write("", -math.inf, -math.inf)
    writes: dict[str | None, Write] = {None: first, **{it.value: it for it in history.writes}}
    clusters: dict[str | None, list[Write | Read]] = {
        value: [it] for value, it in writes.items() if it.ended < math.inf
    }
    for read in history.reads:
        write = writes.get(read.value)
        if write is None:
            found[NOWHERE] += 1
        elif read.ended < write.began:
            found[FUTURE] += 1
        else:
            clusters.setdefault(read.value, [write]).append(read)
            found[STALE] += any(
                write.ended < later.began and later.ended < read.began for later in history.writes
            )
    seen = [(it, writes[it.value]) for it in history.reads if it.value in writes]
    for read, write in seen:
        found[BACKWARDS] += any(
            earlier.ended < read.began and write.ended < newer.began for earlier, newer in seen
        )
    zones = [
        (min(it.ended for it in cluster), max(it.began for it in cluster))
        for cluster in clusters.values()
    ]
    forward = sorted((a, b) for a, b in zones if a < b)
    backward = [(b, a) for a, b in zones if a >= b]
    found[NO_ORDER] += any(one[1] > two[0] for one, two in pairwise(forward)) or any(
        a < begin and end < b for a, b in forward for begin, end in backward
    )
    return +found


def appended(history: History) -> Counter[Anomaly]:
    """Check a list that only grows. A place is known once anybody has read it."""
    found: Counter[Anomaly] = Counter()
    writes = {it.value: it for it in history.writes}
    place: dict[str, int] = {}
    at: dict[int, str] = {}
    for read in history.reads:
        for number, value in read.places.items():
            if at.setdefault(number, value) != value or place.setdefault(value, number) != number:
                found[PLACE] += 1
            if value not in writes:
                found[NOWHERE] += 1
            elif read.ended < writes[value].began:
                found[FUTURE] += 1
    for read in history.reads:
        before = [it for it in history.writes if it.ended < read.began]
        found[STALE] += len(before) > read.length or any(
            place.get(it.value, 0) > read.length for it in before
        )
        found[BACKWARDS] += any(
            it.ended < read.began and it.length > read.length for it in history.reads
        )
    known = sorted((number, writes[value]) for value, number in place.items() if value in writes)
    latest = -math.inf
    for _, write in known:
        found[ORDER] += write.ended < latest
        latest = max(latest, write.began)
    return +found
