"""The 17 questions that users ask after a write, at several lags of the replica."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.replicas.questions import wrong
from tests.replicas.site import Site
from tests.standby import Standby

pytestmark = pytest.mark.all_kinds


@pytest.mark.parametrize("milliseconds", [0, 100, 10_000])
def test_as_on_one_machine(milliseconds: int, site: Site) -> None:
    site.standby.lag(0)
    site.warm_up()
    assert wrong(site, lagging(site.standby, milliseconds)) == []


@contextmanager
def lagging(standby: Standby, milliseconds: int) -> Iterator[None]:
    """Let it lag by so much."""
    standby.lag(milliseconds)
    yield


def test_without_the_check(unchecked: Site) -> None:
    """What the check is for: without it, these are answered wrongly."""
    unchecked.standby.lag(0)
    unchecked.warm_up()
    expected = {
        "created_is_listed study",
        "created_is_counted chat",
        "deleted_is_gone study",
        "posted_is_listed_and_counted chat",
        "confirmed_is_seen_by_both wingman",
        "noted_is_seen_by_both wingman",
        "cancelled_is_seen_by_both wingman",
    }
    for _ in range(5):  # a standby that is slow for a moment is not asked, which would hide it
        expected -= set(wrong(unchecked, unchecked.standby.held()))
        if not expected:
            break
    assert expected == set()
