"""Projects with habits of their own: domains, generated columns, quoted names, forced security."""

import pytest

from tests.install.conftest import Living
from tests.install.living import ONE, THREE, TWO, MakeLiving, Serve, is_green
from tests.install.site import Site
from tests.install.state import is_kept

ROW = "40000000-0000-4000-8000-000000000001"
# what an adoption may change on a table, beside what it adds
CHANGES = {"column", "constraint"}


def adopt(living: Living, kind: str, *arguments: str) -> None:
    """Install and push, and compare everything that was there before."""
    living.answer(living.install(kind, *arguments))
    rows, had = living.rows(), living.definitions()
    if not living.written():
        result = living.install(kind, *arguments)
        assert result.exit_code == 0, result.output
    living.push()
    after, has = living.rows(), living.definitions()
    assert all(is_kept(before, after[table]) for table, before in rows.items())
    assert had.keys() <= has.keys()
    changed = {name for name, text in had.items() if has[name] != text}
    assert {name.split()[0] for name in changed} <= CHANGES, changed


def test_academy(living: MakeLiving, serve: Serve) -> None:
    academy = living("academy")
    adopt(academy, "study")
    site = serve(academy, "study")
    assert is_green(site)
    path = f"/api/v1/study/sessions/{ROW}"
    with site.as_user(ONE) as one, site.as_user(TWO) as two, site.browser(ONE) as browser:
        assert one.get(path).json()["title"] == "Algebra"
        kept = one.delete(path)
        assert (kept.status_code, kept.json()["detail"]["code"]) == (400, "REFUSED_BY_PROJECT")
        made = one.post("/api/v1/study/sessions", json={"title": "New"})
        assert made.status_code == 201, made.text
        again = one.post("/api/v1/study/sessions", json={"title": "NEW"})
        assert again.status_code in (400, 409), again.text
        changed = one.put(path, json={"title": "Calculus", "status": "FAILED"})
        assert changed.json()["status"] == "FAILED", changed.text
        assert two.get(path).status_code == 403
        (long,) = two.get("/api/v1/study/sessions").json()["items"]
        refused = two.put(f"/api/v1/study/sessions/{long['id']}", json={"status": "PROCESSING"})
        assert refused.json()["detail"]["code"] == "REFUSED_BY_PROJECT"
        rows = browser.get('/study_sessions?select=id,order,"Due Date",number').json()
        assert len(rows) == 3
        assert browser.patch(f"/study_sessions?id=eq.{ROW}", json={"order": 2}).status_code == 204
        assert browser.patch(f"/study_sessions?id=eq.{ROW}", json={"title": "x"}).status_code == 403
    assert academy.one(f"select \"order\" from study_sessions where id = '{ROW}'") == 2


def test_clubs(living: MakeLiving, serve: Serve) -> None:
    clubs = living("clubs")
    adopt(clubs, "wingman", "--names", "public.people.nick")
    site = serve(clubs, "wingman")
    assert is_green(site)
    path = f"/api/v1/wingman/sessions/{ROW}"
    with site.as_user(ONE) as one, site.as_user(TWO) as two, site.as_user(THREE) as three:
        shown = one.get(path).json()["participants"]
        assert (shown["user1"]["name"], shown["user2"]["name"]) == ("Uno", "D os")
        assert three.get(path).json()["detail"]["code"] == "NOT_A_PARTICIPANT"
        assert one.post(f"{path}/confirm", json={}).json()["both_confirmed"] is False
        assert two.post(f"{path}/confirm", json={}).json()["both_confirmed"] is True
        plan = {
            "match_id": "20000000-0000-4000-8000-000000000001",
            "venue_name": "Bar",
            "scheduled_time": "2100-01-01T00:00:00Z",
            "user1_challenge_id": "30000000-0000-4000-8000-000000000001",
            "user2_challenge_id": "30000000-0000-4000-8000-000000000001",
        }
        no_bars = one.post("/api/v1/wingman/sessions", json=plan)
        assert no_bars.json()["detail"]["code"] == "REFUSED_BY_PROJECT"
        made = one.post("/api/v1/wingman/sessions", json={**plan, "venue_name": "Park"})
        assert made.status_code == 201, made.text
        paused = three.post(
            "/api/v1/wingman/sessions",
            json={**plan, "match_id": "20000000-0000-4000-8000-000000000002", "venue_name": "x"},
        )
        assert paused.json()["detail"]["code"] == "MATCH_NOT_ACCEPTED"
    with site.browser(TWO) as browser:
        assert {row["id"] for row in browser.get("/people?select=id").json()} == {TWO}
        assert len(browser.get("/wingman_sessions?select=id,mood").json()) == 2


class TestTalks:
    @pytest.fixture
    def talks(self, living: MakeLiving) -> Living:
        return living("talks")

    def test_numbers_stand_in_the_way(self, talks: Living) -> None:
        result = talks.install("chat")
        assert result.exit_code == 1
        assert "a message_order that is not the place in its session, from 1: 2 rows" in (
            result.output
        )
        assert "a message_count that is not the number of messages: 1 row" in result.output
        assert "a role that the API does not know: 1 row" in result.output
        assert talks.written() == []

    def test_whole(self, talks: Living, serve: Serve) -> None:
        adopt(talks, "chat")
        site = serve(talks, "chat")
        assert is_green(site)
        self.serves(site)

    def serves(self, site: Site) -> None:
        path = f"/api/v1/chat/sessions/{ROW}"
        with site.as_user(ONE) as one, site.as_user(TWO) as two, site.browser(ONE) as browser:
            chat = one.get(path).json()
            assert (chat["title"], chat["message_count"]) == ("Plans for Sunday", 3)
            posted = one.post(f"{path}/messages", json={"content": "And now?"})
            assert posted.status_code == 201, posted.text
            assert posted.json()["message_order"] == 4
            found = one.get(f"{path}/messages").json()
            assert [it["message_order"] for it in found["items"]] == [1, 2, 3, 4]
            assert found["items"][1]["content"] == "<b>Hi</b>"
            assert two.get(path).status_code == 403
            assert browser.patch(f"/chat_sessions?id=eq.{ROW}", json={"model": "big"}).is_success
            mine = {"session_id": ROW, "user_id": ONE, "content": "direct", "message_order": 9}
            assert browser.post("/chat_messages", json=mine).status_code == 403
            assert browser.get("/reactions").status_code == 200
            assert one.delete(path).status_code == 204
