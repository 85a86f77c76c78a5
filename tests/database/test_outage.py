"""PostgREST or Postgres away, or frozen: 503 within three seconds, and back without a restart.

With direct connections PostgREST may be away for as long as it likes.

On the spare stack, which nobody else's tests rely on meanwhile.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID

import httpx
import psycopg
import pytest

from local.stack import Stack
from tests.database.outages import (
    OUTAGES,
    POSTGREST_OUTAGES,
    SESSIONS,
    Outage,
    Site,
    frozen,
    postgrest_killed,
    serving,
)

ANSWER_SECONDS = 3.0
# PostgREST waits between its attempts to reach a database that was away
RETURN_SECONDS = 5.0


@pytest.fixture(scope="module")
def site(embedded: Stack, backend: str) -> Iterator[Site]:
    with serving(embedded, backend) as api:
        yield Site(embedded, api, backend)


def timed(request: Callable[[], httpx.Response]) -> tuple[httpx.Response, float]:
    start = time.monotonic()
    answer = request()
    return answer, time.monotonic() - start


def usual(request: Callable[[], httpx.Response], at_a_time: int = 1) -> float:
    """How long this machine takes for so many requests while all is well, and as long again."""
    with ThreadPoolExecutor(at_a_time) as threads:
        return 2 * max(seconds for _, seconds in threads.map(timed, [request] * at_a_time))


def assert_unavailable(answer: httpx.Response, seconds: float, usual: float = 0.0) -> None:
    assert answer.status_code == 503
    if answer.json()["detail"]["code"] == "OUTCOME_UNKNOWN":
        assert answer.request.method != "GET"
        assert "Retry-After" not in answer.headers
    else:
        assert answer.json()["detail"]["code"] == "DATABASE_UNAVAILABLE"
        assert int(answer.headers["Retry-After"]) > 0
    assert seconds < ANSWER_SECONDS + usual


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda outage: outage.__name__)
def test_outage(site: Site, outage: Outage) -> None:
    session = site.session()
    path = f"{SESSIONS}/{session.session_id}"
    plan = {
        "match_id": str(session.match_id),
        "venue_name": "x",
        "scheduled_time": "2095-01-01T00:00:00Z",
        "user1_challenge_id": str(session.challenge1_id),
        "user2_challenge_id": str(session.challenge2_id),
    }
    requests: list[Callable[[], httpx.Response]] = [
        partial(site.send, session, "GET", path),
        partial(site.send, session, "GET", SESSIONS),
        partial(site.send, session, "POST", f"{path}/confirm"),
        partial(site.send, session, "PATCH", f"{path}/notes", {"notes": "x"}),
        partial(site.send, session, "POST", f"{path}/cancel"),
        partial(site.send, session, "POST", SESSIONS, plan),
    ]
    ready = partial(site.api.get, "/readyz")
    assert site.detail(session).status_code == 200
    slow = usual(partial(site.detail, session), len(requests))
    if site.backend == "postgres" and outage in POSTGREST_OUTAGES:
        with outage(site), ThreadPoolExecutor(len(requests)) as threads:
            answers = list(threads.map(timed, requests))
        assert 503 not in {answer.status_code for answer, _ in answers}
        return
    with outage(site):
        with ThreadPoolExecutor(len(requests)) as threads:
            for answer, seconds in threads.map(timed, requests):
                assert_unavailable(answer, seconds, slow)
        alive, seconds = timed(partial(site.api.get, "/healthz"))
        assert alive.status_code == 200
        assert seconds < 1 + slow
        # an answer holds for a second
        assert eventually(ready, until=503).status_code == 503

    if outage is postgrest_killed:
        answer = site.detail(session)  # the very next request
    else:
        answer = eventually(partial(site.detail, session))
    assert answer.status_code == 200
    assert eventually(ready).status_code == 200
    assert legal(site, session.session_id)


def eventually(request: Callable[[], httpx.Response], until: int | None = None) -> httpx.Response:
    """Send again until the status comes, or anything but 503, for as long as a return may take."""
    deadline = time.monotonic() + RETURN_SECONDS
    while time.monotonic() < deadline:
        answer = request()
        if answer.status_code == until or (until is None and answer.status_code != 503):
            break
        time.sleep(0.05)
    return answer


def legal(site: Site, session_id: UUID) -> bool:
    """Whatever of the unanswered writes has arrived, the row is one that the rules allow."""
    with psycopg.connect(site.stack.database_url, autocommit=True) as sql:
        found = sql.execute(
            "select status, completed_at is null, user1_completed_confirmed_by_user2,"
            " user2_completed_confirmed_by_user1 from public.wingman_sessions where id = %s",
            [session_id],
        ).fetchone()
    return found in {
        (status, True, False, confirmed)
        for status in ("scheduled", "cancelled")
        for confirmed in (False, True)
    }


def test_row_that_somebody_holds(site: Site) -> None:
    session = site.session()
    path = f"{SESSIONS}/{session.session_id}"
    write = partial(site.send, session, "PATCH", f"{path}/notes", {"notes": "x"})
    slow = usual(write)
    with psycopg.connect(site.stack.database_url) as sql:
        sql.execute(
            "select from public.wingman_sessions where id = %s for update", [session.session_id]
        )
        assert_unavailable(*timed(write), slow)
        assert site.detail(session).status_code == 200  # readers do not wait
    assert write().status_code == 200


def test_away_from_the_start_and_overloaded(site: Site) -> None:
    """More requests than there are connections: each is answered in time all the same."""
    session = site.session()
    headers = {"Authorization": f"Bearer {session.user1.token}"}
    limits = httpx.Limits(max_connections=100)
    part = site.postgrest if site.backend == "postgrest" else site.postgres
    few = {"DATABASE_CONNECTIONS": "4", "API_DATABASE_CONNECTIONS": "4"}
    part.stop()
    try:
        with (
            serving(site.stack, site.backend, **few) as api,
            httpx.Client(base_url=api.base_url, timeout=10, limits=limits) as client,
        ):
            request = partial(client.get, SESSIONS, headers=headers)
            alive = partial(client.get, "/healthz")
            assert_unavailable(*timed(request), usual(alive))
            assert eventually(partial(client.get, "/readyz"), until=503).status_code == 503
            part.start()
            assert request().status_code == 200

            slow = usual(request, 40)
            with frozen(part), ThreadPoolExecutor(40) as threads:
                for answer, seconds in threads.map(timed, [request] * 40):
                    assert_unavailable(answer, seconds, slow)
            assert eventually(request).status_code == 200
    finally:
        part.stop()
        part.start()
