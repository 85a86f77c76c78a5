"""Tokens of users and of the API, when two clocks differ."""

import httpx
import pytest

from api.identity.auth import EXPIRED, LEEWAY, NOT_YET
from tests.answers import error
from tests.time.site import HOUR, Api, Site

pytestmark = pytest.mark.all_kinds

STUDY = "/api/v1/study/sessions"
TOLERATED = LEEWAY - 2
"""Seconds: a little less, since signing and sending take their time."""


def ask(api: Api, token: str) -> httpx.Response:
    return httpx.get(
        f"{api.address}{STUDY}", headers={"Authorization": f"Bearer {token}"}, timeout=30
    )


def said(answer: httpx.Response) -> str:
    """The message of a 401: its code says no more than that."""
    assert error(answer) == (401, "NOT_AUTHENTICATED")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    return str(answer.json()["detail"]["message"])


class TestUsersToken:
    def test_api_is_ahead(self, at: Site, api: Api) -> None:
        owner = at.user()
        api.clock.set(HOUR)
        assert said(ask(api, at.token(owner.id, expires=HOUR // 2))) == EXPIRED
        assert ask(api, at.token(owner.id, expires=2 * HOUR)).status_code == 200

    def test_api_is_behind(self, at: Site, api: Api) -> None:
        owner = at.user()
        api.clock.set(-HOUR)
        assert said(ask(api, at.token(owner.id))) == NOT_YET

    def test_api_is_a_little_behind(self, at: Site, api: Api) -> None:
        owner = at.user()
        api.clock.set(-TOLERATED)
        assert ask(api, at.token(owner.id)).status_code == 200

    def test_accepted_before_a_jump(self, at: Site, api: Api) -> None:
        """A token that was verified once expires all the same, and comes back with the time."""
        token = at.token(at.user().id)
        assert ask(api, token).status_code == 200
        api.clock.set(2 * HOUR)
        assert said(ask(api, token)) == EXPIRED
        api.clock.set(0)
        assert ask(api, token).status_code == 200


class TestApisToken:
    """The one for PostgREST: valid for a minute, by the API's clock."""

    def test_ahead_and_back(self, at: Site) -> None:
        client = at.by(at.user(), at.rest)
        for offset in (0, HOUR, 0):
            at.rest.clock.set(offset)
            assert client.get(STUDY).status_code == 200

    def test_behind(self, at: Site) -> None:
        client = at.by(at.user(), at.rest)
        at.rest.clock.set(-HOUR)
        for answer in (client.get(STUDY), client.post(STUDY, json={"title": "a"})):
            assert error(answer) == (503, "DATABASE_UNAVAILABLE")
        assert "clock is behind" in at.rest.log.read_text()
        at.rest.clock.set(0)
        assert client.get(STUDY).json()["total"] == 0

    def test_direct_connections_need_none(self, at: Site) -> None:
        client = at.by(at.user(), at.direct)
        at.direct.clock.set(-HOUR)
        assert client.get(STUDY).status_code == 200
