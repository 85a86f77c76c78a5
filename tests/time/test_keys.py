"""Idempotency keys: kept for a day by the database's clock, and never waited for in vain."""

from uuid import uuid4

import httpx
import pytest

from tests.actors import User
from tests.answers import error
from tests.time.site import HOUR, Api, Site

pytestmark = pytest.mark.all_kinds

STUDY = "/api/v1/study/sessions"
DAY = 24 * HOUR


def create(client: httpx.Client, key: str) -> httpx.Response:
    return client.post(STUDY, json={"title": "a"}, headers={"Idempotency-Key": key})


def keys(at: Site, owner: User) -> int:
    found = "select from public.session_api_idempotency_keys where user_id = %s"
    return at.sql.execute(found, [owner.id]).rowcount


class TestADay:
    def test_of_the_database(self, at: Site, api: Api) -> None:
        owner, key = at.user(), str(uuid4())
        client = at.by(owner, api)
        first = create(client, key).json()
        at.database.set(DAY - HOUR)
        assert create(client, key).json() == first
        at.database.set(DAY + HOUR)
        again = create(client, key)
        assert again.status_code == 201
        assert again.json()["id"] != first["id"]
        assert keys(at, owner) == 1, "the old one is swept"

    def test_not_of_the_api(self, at: Site, api: Api) -> None:
        owner, key = at.user(), str(uuid4())
        client = at.by(owner, api)
        first = create(client, key).json()
        api.clock.set(DAY + HOUR)
        assert create(client, key).json() == first
        assert create(client, str(uuid4())).json()["id"] != first["id"]
        assert keys(at, owner) == 2, "neither is old"


class TestUnanswered:
    """The process died between the row and the answer."""

    @pytest.mark.parametrize("offset", [HOUR, -HOUR])
    def test_clocks_differ(self, at: Site, api: Api, offset: int) -> None:
        at.database.set(offset)
        client, key = at.by(at.user(), api), str(uuid4())
        first = create(client, key).json()
        self.forget(at)
        again = create(client, key)
        assert again.status_code == 201
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.json() == first
        assert client.get(STUDY).json()["total"] == 1

    def test_clocks_agree(self, at: Site, api: Api) -> None:
        client, key = at.by(at.user(), api), str(uuid4())
        first = create(client, key).json()
        self.forget(at)
        busy = create(client, key)
        assert error(busy) == (409, "CONFLICT")
        assert busy.headers["Retry-After"] == "1"
        api.clock.set(HOUR)
        assert create(client, key).json() == first

    def forget(self, at: Site) -> None:
        # made new, so that a slow machine does not age it
        at.sql.execute(
            "update public.session_api_idempotency_keys set answer = null, created_at = now()"
        )
