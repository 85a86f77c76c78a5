"""The rules against the table in docs/wingman.md, in every state, and what the table leaves out."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import ApiError, Code
from api.sessions.wingman.rules import (
    State,
    Status,
    check_cancel,
    check_confirm,
    check_no_show,
    check_notes,
    reputation_delta,
)
from tests.sessions.wingman.life import CASES, LIFE, STATUSES, WORTH, Case, points, speaks_of

USER1, USER2, STRANGER = UUID(int=1), UUID(int=2), UUID(int=3)
PEOPLE: Final = {"user1": USER1, "user2": USER2, "stranger": STRANGER}
RULES: Final[dict[str, Callable[[State, UUID], None]]] = {
    "confirm": check_confirm,
    "cancel": check_cancel,
    "no-show": check_no_show,
    "notes": check_notes,
}


def refusal(rule: Callable[..., None], *args: object) -> Code | None:
    try:
        rule(*args)
    except ApiError as error:
        return error.code
    return None


class TestLife:
    @pytest.mark.parametrize("action", RULES)
    def test_every_state(self, action: str) -> None:
        for case in CASES:
            outcome = case.outcomes()[action]
            code = refusal(RULES[action], case.state(USER1, USER2), PEOPLE[case.caller])
            assert code == (outcome if outcome.isupper() else None), case

    def test_every_line_is_needed(self) -> None:
        for line in LIFE:
            assert any(speaks_of(line, case.words) for case in CASES), line

    def test_every_active_session_can_be_ended_by_one_person(self) -> None:
        for case in CASES:
            if case.caller == "stranger" or case.words["session"] == "closed":
                continue
            if not case.due and (case.user1_confirmed or case.user2_confirmed):
                continue  # its time comes
            outcomes = case.outcomes()
            ends = {outcomes[it] for it in ("confirm", "cancel", "no-show")}
            assert ends & {"cancelled", "completed", "no_show"}, case


def active(*, due: bool = True, confirmed: bool = False, accepted: bool = True) -> State:
    return Case("scheduled", False, confirmed, due, accepted, "user1").state(USER1, USER2)


class TestConfirm:
    @pytest.mark.parametrize(
        ("state", "caller", "buddy", "code"),
        [
            (active(), USER1, USER2, None),
            (active(), USER2, USER1, None),
            (active(), USER1, USER1, "CANNOT_CONFIRM_YOURSELF"),
            (active(), USER1, STRANGER, "NOT_YOUR_BUDDY"),
            # where several apply, the one that lasts longest is told
            (active(accepted=False), STRANGER, STRANGER, "NOT_A_PARTICIPANT"),
            (active(accepted=False), USER1, USER1, "MATCH_NOT_ACCEPTED"),
            (active(due=False), USER1, USER1, "CANNOT_CONFIRM_YOURSELF"),
            (active(due=False, confirmed=True), USER1, STRANGER, "NOT_YOUR_BUDDY"),
            (active(due=False, confirmed=True), USER1, None, "TOO_EARLY_TO_CONFIRM"),
        ],
    )
    def test_named_buddy(
        self, state: State, caller: UUID, buddy: UUID | None, code: Code | None
    ) -> None:
        assert refusal(check_confirm, state, caller, buddy) == code

    @given(
        case=st.sampled_from(CASES),
        buddy=st.none() | st.sampled_from([USER1, USER2, STRANGER]),
    )
    def test_naming_somebody_never_allows_more(self, case: Case, buddy: UUID | None) -> None:
        state, caller = case.state(USER1, USER2), PEOPLE[case.caller]
        if refusal(check_confirm, state, caller, buddy) is None:
            assert refusal(check_confirm, state, caller) is None
            assert buddy not in (caller, STRANGER)

    @pytest.mark.parametrize("buddy", [USER1, STRANGER])
    def test_field(self, buddy: UUID) -> None:
        with pytest.raises(ApiError) as caught:
            check_confirm(active(), USER1, buddy)
        assert caught.value.field == "buddy_user_id"


class TestReputationDelta:
    @pytest.mark.parametrize("absent", [None, False, True])
    @pytest.mark.parametrize("confirmed", [False, True])
    @pytest.mark.parametrize("status", STATUSES)
    def test_table(self, status: Status, absent: bool | None, *, confirmed: bool) -> None:
        words = {
            "session": status,
            "confirmed": "yes" if confirmed else "no",
            "absent": {None: "unknown", True: "yes", False: "no"}[absent],
        }
        [line] = [
            it
            for it in WORTH
            if all(
                it[name] == "any" or said in it[name].split(", ") for name, said in words.items()
            )
        ]
        assert reputation_delta(status, 15, confirmed=confirmed, absent=absent) == points(line)

    @given(value=st.integers(min_value=0, max_value=1000), status=st.sampled_from(STATUSES))
    def test_bounds(self, value: int, status: Status) -> None:
        for confirmed in (False, True):
            delta = reputation_delta(status, value, confirmed=confirmed)
            assert delta in (value, 0, -value)
