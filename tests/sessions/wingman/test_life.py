"""The table in docs/wingman.md over HTTP: every state, by each caller, by each action."""

from collections.abc import Callable

import httpx
import pytest

from tests.actors import NewMatch, NewWingman, Sql, Wingman
from tests.answers import code
from tests.conftest import AsUser, Rest
from tests.sessions.wingman.conftest import ReadRow, at, decline
from tests.sessions.wingman.life import ACTIONS, CASES, Case

ACTS: dict[str, Callable[[httpx.Client, Wingman], httpx.Response]] = {
    "confirm": lambda client, session: client.post(at(session, "confirm")),
    "cancel": lambda client, session: client.post(at(session, "cancel")),
    "no-show": lambda client, session: client.post(at(session, "no-show")),
    "notes": lambda client, session: client.patch(at(session, "notes"), json={"notes": "x"}),
}


def arranged(case: Case, wingman: NewWingman, sql: Sql) -> Wingman:
    session = wingman(
        case.status, due=case.due, confirmed=(case.user1_confirmed, case.user2_confirmed)
    )
    if not case.accepted:
        decline(sql, session)
    return session


class TestEveryState:
    @pytest.mark.parametrize("caller", ["user1", "user2", "stranger"])
    def test_as_the_page_says(
        self, as_user: AsUser, wingman: NewWingman, row: ReadRow, sql: Sql, caller: str
    ) -> None:
        for case in (it for it in CASES if it.caller == caller):
            session = arranged(case, wingman, sql)
            client = as_user(getattr(session, caller))
            may = client.get(at(session)).json()
            for action in ACTIONS:
                outcome = case.outcomes()[action]
                before = row(session.session_id)
                answer = ACTS[action](client, session)
                tried = (case, action, answer.text)
                after = row(session.session_id)
                if caller != "stranger" and action != "notes":
                    name = {"no-show": "report_no_show"}.get(action, action)
                    assert may[f"can_{name}"] is not outcome.isupper(), tried
                if outcome.isupper():
                    assert (code(answer), after) == (outcome, before), tried
                    continue
                assert answer.status_code == 200, tried
                changed = {name for name in after if after[name] != before[name]}
                if outcome == "written":
                    assert changed == {"notes"}, tried
                    continue
                status = case.status if outcome == "confirmed" else outcome
                assert answer.json()["session_status"] == after["status"] == status, tried
                sql.execute("delete from public.wingman_sessions where id = %s", [before["id"]])
                columns = ", ".join(before)
                sql.execute(
                    f"insert into public.wingman_sessions ({columns})"
                    f" values ({', '.join(['%s'] * len(before))})",
                    list(before.values()),
                )


class TestDeclinedMatch:
    def test_names_are_no_longer_shown(
        self, as_user: AsUser, wingman: NewWingman, sql: Sql, rest: Rest
    ) -> None:
        session = wingman()
        decline(sql, session)
        for user, other in ((session.user1, session.user2), (session.user2, session.user1)):
            detail = as_user(user).get(at(session)).json()
            people = detail["participants"].values()
            names = {person["id"]: person["name"] for person in people}
            assert names == {str(user.id): user.name, str(other.id): "Unknown"}
            listed = as_user(user).get("/api/v1/wingman/sessions").json()
            assert listed["items"] == [detail]
            one = {"id": f"eq.{other.id}"}
            assert rest(user).get("/user_profiles", params=one).json() == []

    def test_another_match_shows_them(
        self, as_user: AsUser, wingman: NewWingman, match: NewMatch, sql: Sql
    ) -> None:
        session = wingman()
        sql.execute(
            "insert into public.wingman_matches (user1_id, user2_id, status)"
            " values (%s, %s, 'accepted')",
            [session.user2.id, session.user1.id],
        )
        decline(sql, session)
        detail = as_user(session.user1).get(at(session)).json()
        assert detail["participants"]["user2"]["name"] == session.user2.name

    def test_the_end_of_a_session(self, as_user: AsUser, wingman: NewWingman, sql: Sql) -> None:
        for due, action, status in ((False, "cancel", "cancelled"), (True, "no-show", "no_show")):
            session = wingman(due=due)
            decline(sql, session)
            client = as_user(session.user2)
            assert code(client.post(at(session, "confirm"))) == "MATCH_NOT_ACCEPTED"
            assert client.post(at(session, action)).json()["session_status"] == status
