"""Rows with equal times are listed by their ids, else a page could repeat or lack one of them.

No answer shows whether a query asks for it, as long as Postgres reads an index in that order.
"""

import pytest

from api.sessions.owned import OwnedSessions
from api.sessions.study.schemas import StudySession
from api.sessions.wingman.queries import list_shape

SESSIONS = OwnedSessions("study", answer=StudySession)


@pytest.mark.parametrize("newest_first", [True, False])
class TestTies:
    def test_owned(self, *, newest_first: bool) -> None:
        shape = SESSIONS._list("created_at", newest_first)
        assert shape.order == (("created_at", newest_first), ("id", newest_first))

    @pytest.mark.parametrize("by_status", [True, False])
    def test_wingman(self, *, newest_first: bool, by_status: bool) -> None:
        shape = list_shape("scheduled_time", newest_first, by_status)
        assert shape.order == (("scheduled_time", newest_first), ("id", newest_first))
