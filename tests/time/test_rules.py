"""What a session's time allows is decided by the database's clock, whatever the API's says."""

import time
from datetime import UTC, datetime

import httpx
import pytest

from tests.answers import code
from tests.sessions.wingman.conftest import SESSIONS, plan
from tests.sessions.wingman.conftest import at as path
from tests.time.site import HOUR, Api, Site

pytestmark = pytest.mark.all_kinds

SOON = HOUR // 2
ACTIONS = ("cancel", "confirm", "no-show")
EARLY = {"confirm": "TOO_EARLY_TO_CONFIRM", "no-show": "TOO_EARLY_TO_REPORT"}


def outcomes(at: Site, api: Api, starts_in: int) -> dict[str, str]:
    """What each action on a session of its own is answered."""
    found = {}
    for action in ACTIONS:
        session = at.wingman(starts_in)
        client = at.by(session.user1, api)
        answer = client.post(path(session, action), json={})
        now = client.get(path(session)).json()
        assert now["due"] is (starts_in < 0)
        assert (now["status"] == "scheduled") is (action == "confirm" or not answer.is_success)
        found[action] = "done" if answer.is_success else code(answer)
    return found


class TestApiIsOff:
    # PostgREST does not accept the tokens of an API that is behind it: see test_tokens.py
    @pytest.mark.parametrize(
        ("name", "offset"), [("rest", HOUR), ("direct", HOUR), ("direct", -HOUR)]
    )
    def test_actions(self, at: Site, name: str, offset: int) -> None:
        api: Api = getattr(at, name)
        api.clock.set(offset)
        assert outcomes(at, api, SOON) == {"cancel": "done", **EARLY}
        assert outcomes(at, api, -SOON) == {
            "cancel": "TOO_LATE_TO_CANCEL",
            "confirm": "done",
            "no-show": "done",
        }

    @pytest.mark.parametrize(
        ("name", "offset"), [("rest", HOUR), ("direct", HOUR), ("direct", -HOUR)]
    )
    def test_schedule(self, at: Site, name: str, offset: int) -> None:
        api: Api = getattr(at, name)
        api.clock.set(offset)
        assert schedule(at, api, SOON) == "done"
        assert schedule(at, api, -SOON) == "SCHEDULED_IN_THE_PAST"


class TestDatabaseIsOff:
    @pytest.mark.parametrize("offset", [HOUR, -HOUR])
    def test_actions(self, at: Site, api: Api, offset: int) -> None:
        at.database.set(offset)
        assert outcomes(at, api, SOON) == {"cancel": "done", **EARLY}
        assert outcomes(at, api, -SOON)["confirm"] == "done"

    @pytest.mark.parametrize("offset", [HOUR, -HOUR])
    def test_schedule(self, at: Site, api: Api, offset: int) -> None:
        at.database.set(offset)
        assert schedule(at, api, offset + SOON) == "done"
        assert schedule(at, api, offset - SOON) == "SCHEDULED_IN_THE_PAST"


class TestJump:
    def test_session(self, at: Site, api: Api) -> None:
        """The clock jumps an hour ahead and back between requests."""
        session = at.wingman(SOON)
        first, second = (at.by(user, api) for user in (session.user1, session.user2))

        def confirm(client: httpx.Client) -> str:
            answer = client.post(path(session, "confirm"), json={})
            return "done" if answer.is_success else code(answer)

        assert confirm(first) == "TOO_EARLY_TO_CONFIRM"
        at.database.set(HOUR)
        assert confirm(first) == "done"
        at.database.set(0)
        assert confirm(second) == "TOO_EARLY_TO_CONFIRM"
        # what was confirmed cannot be cancelled, though the time is yet to come again
        assert code(second.post(path(session, "cancel"))) == "TOO_LATE_TO_CANCEL"
        at.database.set(HOUR)
        assert confirm(first) == "ALREADY_CONFIRMED"
        assert confirm(second) == "done"
        at.database.set(0)
        done = first.get(path(session)).json()
        assert done["status"] == "completed"
        assert done["completed_at"] is not None

    def test_messages(self, at: Site, api: Api) -> None:
        """Messages stay in their order when the clock is set back between them."""
        client = at.by(at.user(), api)
        chats = "/api/v1/chat/sessions"
        chat = f"{chats}/{client.post(chats, json={'title': 'a'}).json()['id']}"
        for number, offset in enumerate((0, HOUR, -HOUR, 0)):
            at.database.set(offset)
            body = {"role": "user", "content": str(number)}
            assert client.post(f"{chat}/messages", json=body).status_code == 201
        found = client.get(f"{chat}/messages").json()["items"]
        assert [it["content"] for it in found] == ["0", "1", "2", "3"]
        assert [it["message_order"] for it in found] == [1, 2, 3, 4]
        times = [datetime.fromisoformat(it["timestamp"]) for it in found]
        assert times == sorted(times)
        assert client.get(chat).json()["message_count"] == 4

    def test_stale_tag(self, at: Site, api: Api) -> None:
        """A change that is made after the clock was set back still changes the ETag."""
        client = at.by(at.user(), api)
        created = client.post("/api/v1/study/sessions", json={"title": "a"})
        study = created.headers["Location"]
        seen = client.get(study).headers["ETag"]
        for offset in (-HOUR, HOUR, 0):
            at.database.set(offset)
            stale = {"If-Match": seen}
            changed = client.put(study, json={"title": str(offset)}, headers=stale)
            assert changed.status_code == 200
            refused = client.put(study, json={"title": "lost"}, headers=stale)
            assert code(refused) == "PRECONDITION_FAILED"
            seen = client.get(study).headers["ETag"]


def schedule(at: Site, api: Api, starts_in: int) -> str:
    """What somebody is answered who schedules a session so many seconds from the real time."""
    match = at.match()
    moment = datetime.fromtimestamp(time.time() + starts_in, UTC).isoformat()
    answer = at.by(match.user1, api).post(SESSIONS, json=plan(match, scheduled_time=moment))
    return "done" if answer.is_success else code(answer)
