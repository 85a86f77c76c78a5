"""Any order of confirm, cancel, no-show and notes, by anyone, at any time, leaves a legal session.

A small model says what each request must answer; the real API, PostgREST and Postgres answer.
"""

from typing import Any, cast

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from api.sessions.wingman.rules import ACTIVE, Status
from tests.actors import NewWingman, Sql, User, Wingman
from tests.answers import code
from tests.conftest import AsUser
from tests.sessions.wingman.conftest import ReadRow, at, decline
from tests.sessions.wingman.life import Case

PEOPLE = ["user1", "user2", "stranger"]
OTHER = {"user1": "user2", "user2": "user1"}
MAY = {"confirm": "can_confirm", "cancel": "can_cancel", "no-show": "can_report_no_show"}

people = st.sampled_from(PEOPLE)


class SessionMachine(RuleBasedStateMachine):
    """One session. `confirmed` holds whose challenge has been confirmed."""

    wingman: NewWingman
    as_user: AsUser
    row: ReadRow
    sql: Sql

    session: Wingman
    clients: dict[str, httpx.Client]

    @initialize()
    def start(self) -> None:
        self.session = self.wingman(due=False)
        self.clients = {name: self.as_user(self.person(name)) for name in PEOPLE}
        self.status: Status = "scheduled"
        self.due = False
        self.confirmed: set[str] = set()
        self.notes: str | None = None
        self.completed_at: object = None
        self.absent: str | None = None
        self.accepted = True
        # of an earlier state: nobody ever writes these notes
        self.clients["user1"].patch(at(self.session, "notes"), json={"notes": "first of all"})
        self.stale_tag = self.tag()
        self.clients["user1"].patch(at(self.session, "notes"), json={"notes": ""})
        self.notes = ""

    def person(self, name: str) -> User:
        user = getattr(self.session, name)
        assert isinstance(user, User)
        return user

    def by_the_page(self, name: str, action: str) -> str:
        """What docs/wingman.md says of this action in the present state."""
        case = Case(
            self.status,
            "user1" in self.confirmed,
            "user2" in self.confirmed,
            self.due,
            self.accepted,
            name,
        )
        return case.outcomes()[action]

    def expected_refusal(self, name: str, named: str | None) -> str | None:
        outcome = self.by_the_page(name, "confirm")
        if outcome in ("NOT_A_PARTICIPANT", "SESSION_CLOSED", "MATCH_NOT_ACCEPTED"):
            return outcome
        if named == name:
            return "CANNOT_CONFIRM_YOURSELF"
        if named == "stranger":
            return "NOT_YOUR_BUDDY"
        return outcome if outcome.isupper() else None

    @rule(name=people, named=st.none() | people)
    def confirm(self, name: str, named: str | None) -> None:
        body = {} if named is None else {"buddy_user_id": str(self.person(named).id)}
        refusal = self.expected_refusal(name, named)
        answer = self.clients[name].post(at(self.session, "confirm"), json=body)
        if refusal is not None:
            assert code(answer) == refusal
            return
        assert answer.status_code == 200
        self.confirmed.add(OTHER[name])
        if self.confirmed == {"user1", "user2"}:
            self.status = "completed"
        body = answer.json()
        assert body["session_status"] == self.status
        assert body["both_confirmed"] == (self.status == "completed")
        assert (body["completed_at"] is not None) == (self.status == "completed")

    @rule(name=people)
    def cancel(self, name: str) -> None:
        outcome = self.by_the_page(name, "cancel")
        answer = self.clients[name].post(at(self.session, "cancel"))
        if outcome.isupper():
            assert code(answer) == outcome
            return
        assert answer.json()["session_status"] == "cancelled"
        self.status = "cancelled"

    @rule(name=people)
    def report_no_show(self, name: str) -> None:
        outcome = self.by_the_page(name, "no-show")
        answer = self.clients[name].post(at(self.session, "no-show"))
        if outcome.isupper():
            assert code(answer) == outcome
            return
        self.status, self.absent = "no_show", OTHER[name]
        assert answer.json()["session_status"] == "no_show"
        assert answer.json()["absent"] == self.absent

    @rule(name=people, notes=st.text("ab é🎉\n", max_size=20), is_stale=st.none() | st.booleans())
    def write_notes(self, name: str, notes: str, is_stale: bool | None) -> None:
        outcome = self.by_the_page(name, "notes")
        tag = {None: None, True: self.stale_tag, False: self.tag()}[is_stale]
        headers = {} if tag is None else {"If-Match": tag}
        answer = self.clients[name].patch(
            at(self.session, "notes"), json={"notes": notes}, headers=headers
        )
        if outcome.isupper():
            assert code(answer) == outcome
        elif tag is not None and is_stale:
            assert code(answer) == "PRECONDITION_FAILED"
        else:
            assert answer.json()["updated_notes"] == notes
            self.notes = notes
            if name != "user1":
                return
            assert answer.headers["ETag"] == self.tag()

    def tag(self) -> str:
        return str(self.clients["user1"].get(at(self.session)).headers["ETag"])

    @precondition(lambda self: self.accepted)
    @rule()
    def is_declined(self) -> None:
        decline(self.sql, self.session)
        self.accepted = False

    @precondition(lambda self: not self.due)
    @rule()
    def time_passes(self) -> None:
        self.update("scheduled_time = now()")
        self.due = True

    @precondition(lambda self: self.status == "scheduled")
    @rule()
    def begins(self) -> None:
        self.update("status = 'in_progress'")
        self.status = "in_progress"

    @precondition(lambda self: self.status in ACTIVE and self.due)
    @rule()
    def nobody_comes(self) -> None:
        self.update("status = 'no_show'")
        self.status = "no_show"

    def update(self, assignment: str) -> None:
        self.sql.execute(
            f"update public.wingman_sessions set {assignment} where id = %s",
            [self.session.session_id],
        )

    @invariant()
    def is_legal(self) -> None:
        if not hasattr(self, "session"):
            return
        row = self.row(self.session.session_id)
        assert row["status"] == self.status
        assert row["user1_completed_confirmed_by_user2"] == ("user1" in self.confirmed)
        assert row["user2_completed_confirmed_by_user1"] == ("user2" in self.confirmed)
        assert row["absent"] == self.absent
        assert row["notes"] == self.notes
        assert (row["completed_at"] is not None) == (self.status == "completed")
        assert (self.status == "completed") == (self.confirmed == {"user1", "user2"})
        if self.completed_at is not None:
            assert row["completed_at"] == self.completed_at  # set once
        self.completed_at = row["completed_at"]

    @invariant()
    def is_answered_as_stored(self) -> None:
        if not hasattr(self, "session"):
            return
        body: dict[str, Any] = self.clients["user1"].get(at(self.session)).json()
        assert body["status"] == self.status
        assert body["notes"] == self.notes
        assert body["absent"] == self.absent
        for action, name in MAY.items():
            assert body[name] is not self.by_the_page("user1", action).isupper()
        for name in OTHER:
            assert body["participants"][name]["confirmed"] == (name in self.confirmed)


def test_any_order(wingman: NewWingman, as_user: AsUser, row: ReadRow, sql: Sql) -> None:
    def machine() -> SessionMachine:
        made = SessionMachine()
        made.wingman, made.as_user, made.row, made.sql = wingman, as_user, row, sql
        return made

    run_state_machine_as_test(
        cast("type[SessionMachine]", machine),  # it only calls it
        settings=settings(max_examples=25, stateful_step_count=20, deadline=None),
    )
