from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import ApiError, Code
from api.sessions.wingman.rules import (
    ACTIVE,
    State,
    Status,
    check_cancel,
    check_confirm,
    reputation_delta,
)

USER1, USER2, STRANGER = UUID(int=1), UUID(int=2), UUID(int=3)
STATUSES = get_args(Status)
CLOSED = sorted(set(STATUSES) - ACTIVE)


def session(
    status: Status = "scheduled",
    *,
    user1_confirmed: bool = False,
    user2_confirmed: bool = False,
    due: bool = True,
) -> State:
    return State(USER1, USER2, status, user1_confirmed, user2_confirmed, due)


states = st.builds(
    State,
    st.just(USER1),
    st.just(USER2),
    st.sampled_from(STATUSES),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
people = st.sampled_from([USER1, USER2, STRANGER])


def refusal(rule: object, *args: object) -> Code:
    assert callable(rule)
    with pytest.raises(ApiError) as caught:
        rule(*args)
    return caught.value.code


class TestConfirm:
    @pytest.mark.parametrize("status", sorted(ACTIVE))
    @pytest.mark.parametrize(("caller", "buddy"), [(USER1, USER2), (USER2, USER1)])
    def test_allowed(self, status: Status, caller: UUID, buddy: UUID) -> None:
        buddy_has_confirmed = {
            "user1_confirmed": caller == USER1,
            "user2_confirmed": caller == USER2,
        }
        for state in (session(status), session(status, **buddy_has_confirmed)):
            check_confirm(state, caller)
            check_confirm(state, caller, buddy)

    @pytest.mark.parametrize(
        ("state", "caller", "buddy", "code"),
        [
            (session(), STRANGER, None, "NOT_A_PARTICIPANT"),
            (session("completed"), USER1, None, "SESSION_CLOSED"),
            (session("cancelled"), USER1, None, "SESSION_CLOSED"),
            (session("no_show"), USER1, None, "SESSION_CLOSED"),
            (session(), USER1, USER1, "CANNOT_CONFIRM_YOURSELF"),
            (session(), USER1, STRANGER, "NOT_YOUR_BUDDY"),
            (session(due=False), USER1, USER2, "TOO_EARLY_TO_CONFIRM"),
            (session(user2_confirmed=True), USER1, None, "ALREADY_CONFIRMED"),
            (session(user1_confirmed=True), USER2, None, "ALREADY_CONFIRMED"),
            # where several apply, the one that changes last is told first
            (session("cancelled"), STRANGER, STRANGER, "NOT_A_PARTICIPANT"),
            (session("cancelled", due=False), USER1, USER1, "SESSION_CLOSED"),
            (session(due=False), USER1, USER1, "CANNOT_CONFIRM_YOURSELF"),
            (session(due=False, user2_confirmed=True), USER1, STRANGER, "NOT_YOUR_BUDDY"),
            (session(due=False, user2_confirmed=True), USER1, None, "TOO_EARLY_TO_CONFIRM"),
        ],
    )
    def test_refused(self, state: State, caller: UUID, buddy: UUID | None, code: Code) -> None:
        assert refusal(check_confirm, state, caller, buddy) == code

    @given(state=states, caller=people, buddy=st.none() | people)
    def test_any(self, state: State, caller: UUID, buddy: UUID | None) -> None:
        """It takes a participant, an active session that is due, and a first time."""
        try:
            check_confirm(state, caller, buddy)
        except ApiError:
            return
        assert caller in (USER1, USER2)
        assert buddy != caller
        assert buddy != STRANGER
        assert state.status in ACTIVE
        assert state.due
        assert not (state.user2_confirmed if caller == USER1 else state.user1_confirmed)


class TestCancel:
    @given(state=states, caller=people)
    def test_any(self, state: State, caller: UUID) -> None:
        if caller == STRANGER:
            assert refusal(check_cancel, state, caller) == "NOT_A_PARTICIPANT"
        elif state.status not in ACTIVE:
            assert refusal(check_cancel, state, caller) == "SESSION_CLOSED"
        else:
            check_cancel(state, caller)


class TestReputationDelta:
    @pytest.mark.parametrize(
        ("status", "confirmed", "delta"),
        [
            ("scheduled", False, 15),
            ("scheduled", True, 15),
            ("in_progress", False, 15),
            ("in_progress", True, 15),
            ("completed", True, 15),
            ("cancelled", False, 0),
            ("cancelled", True, 0),
            ("no_show", False, -15),
            ("no_show", True, 15),
        ],
    )
    def test_table(self, status: Status, confirmed: bool, delta: int) -> None:
        assert reputation_delta(status, 15, confirmed) == delta

    @given(
        status=st.sampled_from(STATUSES),
        points=st.integers(min_value=0, max_value=1000),
        confirmed=st.booleans(),
    )
    def test_bounds(self, status: Status, points: int, confirmed: bool) -> None:
        assert reputation_delta(status, points, confirmed) in (points, 0, -points)
