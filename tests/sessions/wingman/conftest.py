"""Wingman sessions over HTTP, and what their answers cost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from local.project import Project
from tests.actors import Match, Sql, User, Wingman
from tests.answers import code
from tests.conftest import AsUser, Serve
from tests.counting import Counting, counting_proxy

SESSIONS = "/api/v1/wingman/sessions"
# what the API asks the database, by either backend
CONFIRM = "POST /rpc/confirm_wingman_session"
CANCEL = "POST /rpc/cancel_wingman_session"
NO_SHOW = "POST /rpc/report_wingman_no_show"
NOTES = "POST /rpc/write_wingman_notes"
WRITES = (CONFIRM, CANCEL, NO_SHOW, NOTES)
READ = "GET /wingman_session_details"

Row = dict[str, Any]
ReadRow = Callable[[UUID], Row]


def at(session: Wingman, action: str = "") -> str:
    """The canonical path of a session, or of something done to it."""
    return f"{SESSIONS}/{session.session_id}{action and '/'}{action}"


def refused(answer: httpx.Response) -> list[str]:
    """The fields that a 422 names."""
    assert answer.status_code == 422, answer.text
    assert code(answer) == "VALIDATION_ERROR"
    return [error["field"] for error in answer.json()["detail"]["errors"]]


def put_off(sql: Sql, session: Wingman, interval: str) -> object:
    """Move a session's time to this distance from now; a negative interval is in the past."""
    return sql.execute(
        "update public.wingman_sessions set scheduled_time = now() + %s::interval where id = %s",
        [interval, session.session_id],
    )


def decline(sql: Sql, match: Match) -> object:
    """Decline the match, as happens outside of this API."""
    return sql.execute(
        "update public.wingman_matches set status = 'declined' where id = %s", [match.match_id]
    )


def plan(match: Match, **changes: object) -> dict[str, object]:
    """The body that schedules a session of `match`."""
    return {
        "match_id": str(match.match_id),
        "venue_name": "Café Central",
        "scheduled_time": "2095-05-01T19:30:00Z",
        "user1_challenge_id": str(match.challenge1_id),
        "user2_challenge_id": str(match.challenge2_id),
    } | changes


@pytest.fixture
def row(sql: Sql) -> ReadRow:
    """A session as it is stored."""

    def row(session_id: UUID) -> Row:
        cursor = sql.execute("select * from public.wingman_sessions where id = %s", [session_id])
        found = cursor.fetchone()
        assert found is not None
        assert cursor.description is not None
        return dict(zip([column.name for column in cursor.description], found, strict=True))

    return row


@pytest.fixture(scope="session")
def proxy(stack: Project, backend: str) -> Iterator[Counting]:
    with counting_proxy(stack, backend) as proxy:
        yield proxy


@dataclass
class Counted:
    """Clients whose upstream requests are counted."""

    as_user: AsUser
    address: str
    proxy: Counting

    def client(self, user: User) -> httpx.Client:
        self.proxy.requests.clear()
        return self.as_user(user, self.address)

    @property
    def requests(self) -> list[str]:
        return self.proxy.requests


@pytest.fixture
def counted(proxy: Counting, serve: Serve, as_user: AsUser) -> Iterator[Counted]:
    """Clients of an API that reaches the database through the counting proxy."""
    yield Counted(as_user, serve(**proxy.settings), proxy)
    proxy.before = lambda request: None


@pytest.fixture(scope="session")
def concealing(serve: Serve) -> str:
    """The address of an API that conceals which sessions exist."""
    return serve(CONCEAL_EXISTENCE="true")
