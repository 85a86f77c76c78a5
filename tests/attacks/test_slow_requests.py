"""A request that never ends is cut off, and other requests are still answered."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import psycopg

from local.project import Project
from tests.actors import NewUser, NewWingman, Sql
from tests.attacks.thief import postgrest_code
from tests.conftest import AsUser, Rest, Serve, client

CANCELLED = "57014"


@contextmanager
def held(stack: Project, session_id: object) -> Iterator[None]:
    """Lock a wingman session's row, so that writes to it wait."""
    with psycopg.connect(stack.database_url) as holder:
        holder.execute("select from public.wingman_sessions where id = %s for update", [session_id])
        yield


def test_browsers_have_a_limit(sql: Sql) -> None:
    """A slow regular expression ends with the request, too."""
    limits = sql.execute(
        "select rolname, setting from pg_catalog.pg_roles, unnest(rolconfig) as setting"
        " where setting like 'statement_timeout=%%' and rolname in ('anon', 'authenticated')"
    ).fetchall()
    assert dict(limits) == {
        "anon": "statement_timeout=3s",
        "authenticated": "statement_timeout=2s",
    }


def test_the_apis_role_has_three_seconds(stack: Project, rest: Rest, wingman: NewWingman) -> None:
    it = wingman()
    api = rest(it.user1, role="session_api")
    with held(stack, it.session_id):
        began = time.monotonic()
        answer = api.patch(f"/wingman_sessions?id=eq.{it.session_id}", json={"notes": "Late"})
    assert postgrest_code(answer) == CANCELLED
    assert 2.5 < time.monotonic() - began < 6


def test_an_answer_that_nobody_waited_for_is_nobodys(
    stack: Project, serve: Serve, wingman: NewWingman, user: NewUser, as_user: AsUser
) -> None:
    """After an abandoned request on a shared connection, the next user gets their own answer."""
    url = serve(DATABASE_CONNECTIONS="1", DATABASE_TIMEOUT="1")
    it, other = wingman(), user()
    theirs = as_user(other, url)
    theirs.post("/api/v1/study/sessions", json={"title": "Theirs"})
    path = f"/api/v1/wingman/sessions/{it.session_id}/notes"
    for _ in range(2):
        with held(stack, it.session_id):
            late = as_user(it.user1, url).patch(path, json={"notes": "Late"})
            assert late.status_code == 503
            listed = theirs.get("/api/v1/study/sessions").json()
        assert [item["profile_id"] for item in listed["items"]] == [str(other.id)]


def test_callers_that_hang_up(api: str, user: NewUser) -> None:
    """Half of the clients disconnect; the others get their own answers."""
    users = [user() for _ in range(6)]
    with client(api) as http:
        for number in range(60):
            it = users[number % len(users)]
            bearer = {"Authorization": f"Bearer {it.token}"}
            if number % 2:
                with suppress(httpx.TimeoutException):
                    http.get("/api/v1/study/sessions", headers=bearer, timeout=0.001)
                continue
            created = http.post("/api/v1/study/sessions", json={"title": "Mine"}, headers=bearer)
            assert created.json()["profile_id"] == str(it.id)
