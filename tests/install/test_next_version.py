"""The next version of Session API, installed where the version before is serving."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import httpx
import pytest

from api.install import shipped
from api.install.shipped import Migration
from tests.install.living import ONE, TWO, MakeLiving, Serve
from tests.install.state import is_kept

SESSION = "/api/v1/wingman/sessions/40000000-0000-4000-8000-000000000001"
MOOD = "/wingman_sessions?id=eq.40000000-0000-4000-8000-000000000001"
SCHEMA = """-- A made-up later version: sessions can be rated.
alter table public.wingman_sessions add column rating smallint;
alter table public.wingman_sessions
  add constraint wingman_sessions_rating_range check (rating between 1 and 5);

-- From supabase/policies/wingman/, which is what to read and to change.
"""
NEW_FUNCTION = """
create or replace function public.rate_wingman_session(session_id uuid, stars integer)
returns boolean language sql volatile security invoker set search_path = pg_catalog, pg_temp
as $$ select false $$;
comment on function public.rate_wingman_session(uuid, integer) is 'rates a session';
revoke execute on function public.rate_wingman_session(uuid, integer) from public;
"""


CHANGES = {
    "notes, created_at, absent\n": "notes, created_at, absent, rating\n",
    "  ) as version\nfrom": "  ) as version,\n  session.rating\nfrom",
    "can_report_no_show, version\n": "can_report_no_show, version, rating\n",
}


def ship_next_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ship a later migration: a column, and every policy, function and view replaced."""
    ours = shipped.migrations()
    (wingman,) = (it for it in ours if it.unit == "wingman")
    text = SCHEMA + wingman.policies + NEW_FUNCTION
    for old, new in CHANGES.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    later = Migration("20990101000000_wingman_rating.sql", "wingman", text)
    monkeypatch.setattr(shipped, "migrations", lambda: (*ours, later))


def recorded(client: httpx.Client) -> list[tuple[int, Any]]:
    """What a page asks, all of which changes nothing."""
    answers = (
        client.get("/api/v1/wingman/sessions"),
        client.get(SESSION),
        client.patch(f"{SESSION}/notes", json={"notes": "see you"}),
        client.post(f"{SESSION}/cancel"),
        client.get("/api/v1/wingman/sessions/00000000-0000-4000-8000-000000000000"),
    )
    return [(answer.status_code, answer.json()) for answer in answers]


def test_the_version_before_serves_on(
    living: MakeLiving, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    buddies = living("buddies")
    buddies.answer(buddies.install("wingman"))
    assert buddies.install("wingman").exit_code == 0
    buddies.push()
    site = serve(buddies, "wingman")
    with site.as_user(ONE) as one, site.browser(TWO) as two:
        assert one.patch(f"{SESSION}/notes", json={"notes": "see you"}).status_code == 200
        first = recorded(one)
        assert two.patch(MOOD, json={"mood": 4}).status_code == 204
        rows, had, could = buddies.rows(), buddies.definitions(), buddies.access()

        ship_next_version(monkeypatch)
        result = buddies.install("wingman")
        assert result.exit_code == 0, result.output
        assert "Adopted tables" not in result.output
        assert buddies.install("wingman").output.startswith("Nothing to do")

        is_over = Event()

        def load(_: int) -> list[list[tuple[int, Any]]]:
            rounds = []
            with site.as_user(ONE) as client:
                while not is_over.is_set():
                    rounds.append(recorded(client))
                return [*rounds, recorded(client)]

        with ThreadPoolExecutor(3) as pool:
            running = pool.map(load, range(3))
            try:
                buddies.push()
                with buddies.server.admin(buddies.database) as admin:
                    admin.execute("notify pgrst, 'reload schema'")
                rated = "/wingman_session_details?select=rating"
                assert any(two.get(rated).status_code == 200 for _ in range(1000))
            finally:
                is_over.set()
            assert [it for rounds in running for it in rounds if it != first] == []

        # what is the project's is as it was, and serves its frontend
        assert all(is_kept(rows[table], found) for table, found in buddies.rows().items())
        has, can = buddies.definitions(), buddies.access()
        assert {name: has.get(name) for name in had if "wingman_session_details" not in name} == {
            name: text for name, text in had.items() if "wingman_session_details" not in name
        }
        assert {name: can.get(name) for name in could} == could
        assert two.patch(MOOD, json={"mood": 5}).status_code == 204
        assert two.get(f"{MOOD}&select=mood,rating").json() == [{"mood": 5, "rating": None}]
        assert two.patch(MOOD, json={"status": "cancelled"}).status_code == 403


def test_what_is_not_pushed_yet(living: MakeLiving, monkeypatch: pytest.MonkeyPatch) -> None:
    buddies = living("buddies")
    buddies.answer(buddies.install("wingman"))
    buddies.install("wingman")
    ship_next_version(monkeypatch)
    refused = buddies.install("wingman")
    assert refused.exit_code == 2
    assert "`npx supabase db push` first" in refused.output
    blind = buddies.install("wingman", url="")
    assert blind.exit_code == 2
    assert "set DATABASE_URL" in blind.output
