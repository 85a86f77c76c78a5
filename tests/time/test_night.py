"""A night goes by for the API and the database, and nobody asks for anything."""

from uuid import uuid4

import pytest

from api.identity.auth import EXPIRED
from tests.answers import error
from tests.sessions.wingman.conftest import at as path
from tests.time.site import HOUR, Site
from tests.time.test_limits import assert_refused, exhaust, post
from tests.time.test_tokens import STUDY, ask, said

pytestmark = pytest.mark.all_kinds


def pass_night(at: Site) -> int:
    """Let twelve hours pass. Return the seconds that both clocks are ahead of the real time."""
    night = at.night.clock.offset + 12 * HOUR
    at.night.clock.set(night)
    at.database.set(night)
    return night


def test_limits_are_lifted(at: Site) -> None:
    client = at.by(at.user(), at.night)
    exhaust(client)
    assert_refused(post(client))
    pass_night(at)
    exhaust(client)
    assert_refused(post(client))


def test_token_has_expired(at: Site) -> None:
    owner, evening = at.user(), at.night.clock.offset
    token = at.token(owner.id, issued=evening, expires=evening + HOUR)
    assert ask(at.night, token).status_code == 200
    morning = pass_night(at)
    assert said(ask(at.night, token)) == EXPIRED
    renewed = at.token(owner.id, issued=morning, expires=morning + HOUR)
    assert ask(at.night, renewed).status_code == 200


def test_session_is_due(at: Site) -> None:
    at.database.set(at.night.clock.offset)
    session = at.wingman(starts_in=6 * HOUR)
    client = at.by(session.user1, at.night)
    assert error(client.post(path(session, "confirm"), json={})) == (400, "TOO_EARLY_TO_CONFIRM")
    pass_night(at)
    assert client.post(path(session, "confirm"), json={}).json()["success"] is True


def test_request_is_repeated(at: Site) -> None:
    at.database.set(at.night.clock.offset)
    client, headers = at.by(at.user(), at.night), {"Idempotency-Key": str(uuid4())}
    first = client.post(STUDY, json={"title": "a"}, headers=headers)
    pass_night(at)
    again = client.post(STUDY, json={"title": "a"}, headers=headers)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert client.get(STUDY).json()["total"] == 1
