from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from tests.actors import Match, NewMatch, NewWingman, Sql
from tests.answers import code
from tests.conftest import AsUser
from tests.sessions.wingman.conftest import SESSIONS, Counted, ReadRow, plan, refused


def count(sql: Sql, match: Match) -> int:
    found = sql.execute(
        "select count(*) from public.wingman_sessions where match_id = %s", [match.match_id]
    ).fetchone()
    assert found is not None
    return int(found[0])


class TestSchedule:
    def test_anonymous(self, anonymous: httpx.Client, match: NewMatch) -> None:
        answer = anonymous.post(SESSIONS, json=plan(match()))
        assert answer.status_code == 401
        assert code(answer) == "NOT_AUTHENTICATED"

    def test_stranger(self, as_user: AsUser, match: NewMatch, sql: Sql) -> None:
        pair = match()
        foreign = as_user(pair.stranger).post(SESSIONS, json=plan(pair))
        missing = as_user(pair.stranger).post(SESSIONS, json=plan(pair, match_id=str(uuid4())))
        assert [foreign.status_code, missing.status_code] == [404, 404]
        assert code(foreign) == "MATCH_NOT_FOUND"
        assert foreign.content == missing.content
        assert count(sql, pair) == 0

    def test_stranger_of_a_pending_match(self, as_user: AsUser, match: NewMatch) -> None:
        pair = match(status="pending")
        answer = as_user(pair.stranger).post(SESSIONS, json=plan(pair))
        assert code(answer) == "MATCH_NOT_FOUND"

    def test_valid(self, as_user: AsUser, match: NewMatch, row: ReadRow) -> None:
        for scheduler in ("user1", "user2"):
            pair = match()
            client = as_user(getattr(pair, scheduler))
            answer = client.post(SESSIONS, json=plan(pair))
            assert answer.status_code == 201
            body = answer.json()
            assert answer.headers["Location"] == f"{SESSIONS}/{body['id']}"
            assert client.get(answer.headers["Location"]).json() == body
            assert body["status"] == "scheduled"
            assert body["scheduled_time"] == "2095-05-01T19:30:00Z"
            assert body["participants"]["user1"]["id"] == str(pair.user1.id)
            assert body["participants"]["user2"]["challenge"]["id"] == str(pair.challenge2_id)
            assert body["participants"]["user1"]["confirmed"] is False
            stored = row(UUID(body["id"]))
            assert stored["notes"] is None
            assert stored["completed_at"] is None
            assert stored["venue_name"] == "Café Central"

    def test_time_zone(self, as_user: AsUser, match: NewMatch) -> None:
        pair = match()
        body = plan(pair, scheduled_time="2095-05-01 21:30:00+02:00")
        answer = as_user(pair.user1).post(SESSIONS, json=body)
        assert answer.status_code == 201
        assert answer.json()["scheduled_time"] == "2095-05-01T19:30:00Z"

    def test_one_challenge_for_both(self, as_user: AsUser, match: NewMatch) -> None:
        pair = match()
        body = plan(pair, user2_challenge_id=str(pair.challenge1_id))
        assert as_user(pair.user1).post(SESSIONS, json=body).status_code == 201

    def test_venue_is_plain_text(self, as_user: AsUser, match: NewMatch) -> None:
        pair = match()
        body = plan(pair, venue_name="  <b>Tom &amp; Jerry's</b> ")
        answer = as_user(pair.user1).post(SESSIONS, json=body)
        assert answer.json()["venue_name"] == "Tom & Jerry's"

    def test_longest_venue(self, as_user: AsUser, match: NewMatch) -> None:
        pair = match()
        client = as_user(pair.user1)
        assert refused(client.post(SESSIONS, json=plan(pair, venue_name="🎉" * 201))) == [
            "venue_name"
        ]
        answer = client.post(SESSIONS, json=plan(pair, venue_name="🎉" * 200))
        assert answer.json()["venue_name"] == "🎉" * 200

    @pytest.mark.parametrize("status", ["pending", "declined"])
    def test_match_not_accepted(
        self, as_user: AsUser, match: NewMatch, sql: Sql, status: str
    ) -> None:
        pair = match(status=status)
        answer = as_user(pair.user1).post(SESSIONS, json=plan(pair))
        assert answer.status_code == 400
        assert code(answer) == "MATCH_NOT_ACCEPTED"
        assert answer.json()["detail"]["field"] == "match_id"
        assert count(sql, pair) == 0

    @pytest.mark.parametrize("column", ["user1_challenge_id", "user2_challenge_id"])
    def test_challenge_not_found(
        self, as_user: AsUser, match: NewMatch, sql: Sql, column: str
    ) -> None:
        pair = match()
        answer = as_user(pair.user1).post(SESSIONS, json=plan(pair, **{column: str(uuid4())}))
        assert answer.status_code == 400
        assert code(answer) == "CHALLENGE_NOT_FOUND"
        assert answer.json()["detail"]["field"] == column
        assert count(sql, pair) == 0

    @pytest.mark.parametrize("ago", [timedelta(seconds=1), timedelta(days=1), timedelta(days=9999)])
    def test_in_the_past(self, as_user: AsUser, match: NewMatch, ago: timedelta) -> None:
        pair = match()
        time = (datetime.now(UTC) - ago).isoformat()
        answer = as_user(pair.user1).post(SESSIONS, json=plan(pair, scheduled_time=time))
        assert answer.status_code == 400
        assert code(answer) == "SCHEDULED_IN_THE_PAST"
        assert answer.json()["detail"]["field"] == "scheduled_time"

    def test_year_1(self, as_user: AsUser, match: NewMatch) -> None:
        pair = match()
        body = plan(pair, scheduled_time="0001-01-01T00:00:00Z")
        assert code(as_user(pair.user1).post(SESSIONS, json=body)) == "SCHEDULED_IN_THE_PAST"

    @pytest.mark.parametrize("status", ["scheduled", "in_progress"])
    def test_active_session_exists(
        self, as_user: AsUser, wingman: NewWingman, sql: Sql, status: str
    ) -> None:
        session = wingman(status)
        answer = as_user(session.user2).post(SESSIONS, json=plan(session))
        assert answer.status_code == 409
        assert code(answer) == "ACTIVE_SESSION_EXISTS"
        assert count(sql, session) == 1

    @pytest.mark.parametrize("status", ["completed", "cancelled", "no_show"])
    def test_after_one_that_is_over(
        self, as_user: AsUser, wingman: NewWingman, status: str
    ) -> None:
        session = wingman(status)
        assert as_user(session.user1).post(SESSIONS, json=plan(session)).status_code == 201

    @pytest.mark.parametrize(
        "time",
        [
            "",
            "tomorrow",
            "now",
            "infinity",
            "-infinity",
            "2095-05-01",
            "2095-05-01T19:30:00",
            "2095-02-30T19:30:00Z",
            "2095-05-01T25:00:00Z",
            "2095-05-01T19:30:60Z",
            "2095-05-01T19:30:00+99:00",
            "0000-01-01T00:00:00Z",
            "10000-01-01T00:00:00Z",
            "9999-12-31T23:59:59-12:00",
            "9999-12-31T23:59:59Z",
            "0001-01-01T00:00:00+12:00",
            "2095-05-01T19:30:00Z; drop",
            "4102444800",
            4102444800,
            1e12,
            None,
            True,
            ["2095-05-01T19:30:00Z"],
        ],
    )
    def test_absurd_time(self, as_user: AsUser, match: NewMatch, time: object) -> None:
        pair = match()
        answer = as_user(pair.user1).post(SESSIONS, json=plan(pair, scheduled_time=time))
        assert refused(answer) == ["scheduled_time"]

    def test_far_away(self, as_user: AsUser, match: NewMatch) -> None:
        pair = match()
        body = plan(pair, scheduled_time="9998-12-31T23:59:59.999999Z")
        answer = as_user(pair.user1).post(SESSIONS, json=body)
        assert answer.status_code == 201
        assert answer.json()["scheduled_time"] == "9998-12-31T23:59:59.999999Z"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("match_id", "x"),
            ("match_id", None),
            ("match_id", 1),
            ("user1_challenge_id", "x"),
            ("user2_challenge_id", {}),
            ("venue_name", ""),
            ("venue_name", " \n\t"),
            ("venue_name", "<b></b>"),
            ("venue_name", 7),
            ("venue_name", None),
            ("venue_name", "a\0b"),
            ("status", "completed"),
            ("id", "00000000-0000-4000-8000-000000000000"),
            ("created_at", "2000-01-01T00:00:00Z"),
            ("completed_at", None),
        ],
    )
    def test_malformed(
        self, as_user: AsUser, match: NewMatch, sql: Sql, field: str, value: object
    ) -> None:
        pair = match()
        answer = as_user(pair.user1).post(SESSIONS, json=plan(pair, **{field: value}))
        assert refused(answer) == [field]
        assert count(sql, pair) == 0

    def test_missing_fields(self, as_user: AsUser, match: NewMatch) -> None:
        pair = match()
        assert sorted(refused(as_user(pair.user1).post(SESSIONS, json={}))) == sorted(plan(pair))
        assert refused(as_user(pair.user1).post(SESSIONS)) == ["body"]

    def test_cost(self, counted: Counted, match: NewMatch) -> None:
        pair = match()
        client = counted.client(pair.user1)
        assert client.post(SESSIONS, json=plan(pair)).status_code == 201
        assert counted.requests == ["POST /wingman_sessions", "GET /wingman_session_details"]

    def test_cost_of_a_refusal(self, counted: Counted, match: NewMatch) -> None:
        """A missing match and another user's cost the same, so timing does not tell them apart."""
        pair = match()
        costs = []
        for match_id in (pair.match_id, uuid4()):
            client = counted.client(pair.stranger)
            body = plan(pair, match_id=str(match_id))
            assert client.post(SESSIONS, json=body).status_code == 404
            costs.append(list(counted.requests))
        assert costs == [["POST /wingman_sessions", "GET /wingman_matches"]] * 2
