"""Projects that already live: what is kept, what is served, what is said."""

import pytest

from tests.install.conftest import Living
from tests.install.living import ONE, THREE, TWO, MakeLiving, Serve, is_green
from tests.install.site import Site
from tests.install.state import is_kept


def session(number: int) -> str:
    return f"40000000-0000-4000-8000-00000000000{number}"


class TestBuddies:
    @pytest.fixture
    def buddies(self, living: MakeLiving) -> Living:
        return living("buddies")

    def test_rows_in_the_way(self, buddies: Living) -> None:
        before = buddies.rows()
        result = buddies.install("wingman")
        assert result.exit_code == 1, result.output
        assert buddies.written() == []
        assert "no scheduled_time: 1 row" in result.output
        assert "no user2_challenge_id: 2 rows" in result.output
        assert "wingman_sessions_one_active_per_match" in result.output
        assert buddies.rows() == before

    def test_another_thing_of_our_name(self, buddies: Living) -> None:
        result = buddies.install("chat")
        assert result.exit_code == 1
        assert "The kind chat" in result.output
        assert "public.chat_messages is a different table" in result.output
        assert buddies.written() == []

    def test_whole(self, buddies: Living, serve: Serve) -> None:
        assert buddies.answer(buddies.install("wingman")) == 8
        before, had = buddies.rows(), buddies.definitions()
        result = buddies.install("wingman")
        assert result.exit_code == 0, result.output
        assert '"read all" on wingman_sessions' in result.output
        (path,) = buddies.written()
        buddies.push()

        after, has = buddies.rows(), buddies.definitions()
        assert all(is_kept(rows, after[table]) for table, rows in before.items())
        dropped = {"policy wingman_sessions.read all", "policy wingman_sessions.signed in"}
        assert had.keys() - has.keys() == dropped
        replaced = {"policy wingman_sessions.select_joined"}
        renamed = had["policy wingman_sessions.select_joined"]
        assert has["policy wingman_sessions.select_joined_of_project"] == renamed
        kept = had.keys() - dropped - replaced
        changed = {name for name in kept if has[name] != had[name]}
        # a column's default may have come, and a foreign key's `on delete`
        assert {name.split()[0] for name in changed} <= {"column", "constraint"}
        assert all("challenge_id_fkey" in it for it in changed if it.startswith("constraint"))

        again = buddies.install("wingman")
        assert again.exit_code == 0
        assert "Nothing to do" in again.output
        assert buddies.written() == [path]

        site = serve(buddies, "wingman")
        assert is_green(site)
        assert "legacy-rows" in str([check.notes for check in site.examine()])
        self.serves(site)
        self.keeps_the_frontend(site)
        self.closes_doors(buddies, site)

    def serves(self, site: Site) -> None:
        with site.as_user(ONE) as one, site.as_user(TWO) as two:
            listed = one.get("/api/v1/wingman/sessions").json()["items"]
            assert len(listed) == 6
            names = {
                person["name"]
                for item in listed
                for person in item["participants"].values()
                if person["id"] != ONE
            }
            assert names == {"Unknown", "Max & Mia", "Left"}
            for item in listed:
                path = f"/api/v1/wingman/sessions/{item['id']}"
                assert one.get(path).status_code == 200
                assert one.patch(f"{path}/notes", json={"notes": "hi"}).status_code in (200, 400)
            due = f"/api/v1/wingman/sessions/{session(1)}/confirm"
            assert one.post(due, json={}).json()["both_confirmed"] is False
            assert two.post(due, json={}).json()["both_confirmed"] is True
            half = f"/api/v1/wingman/sessions/{session(3)}"
            refused = one.post(f"{half}/cancel")
            assert refused.status_code == 400
            made = one.post(
                "/api/v1/wingman/sessions",
                json={
                    "match_id": "20000000-0000-4000-8000-000000000001",
                    "venue_name": "New",
                    "scheduled_time": "2100-01-01T00:00:00Z",
                    "user1_challenge_id": "30000000-0000-4000-8000-000000000001",
                    "user2_challenge_id": "30000000-0000-4000-8000-000000000002",
                },
                headers={"Idempotency-Key": "once"},
            )
            assert made.status_code == 201, made.text
            with site.as_user(THREE) as stranger:
                found = stranger.get(f"/api/v1/wingman/sessions/{made.json()['id']}")
            assert found.json()["detail"]["code"] == "NOT_A_PARTICIPANT"

    def keeps_the_frontend(self, site: Site) -> None:
        with site.browser(ONE) as one:
            (profile,) = one.get("/user_profiles?select=*").json()
            assert profile["email"] == "1@example.com"
            assert one.patch(f"/user_profiles?id=eq.{ONE}", json={"bio": "x"}).status_code == 204
            mine = f"/wingman_sessions?id=eq.{session(1)}"
            assert one.patch(mine, json={"mood": 5}).status_code == 204
            assert one.get(f"{mine}&select=mood").json() == [{"mood": 5}]
            match = "/wingman_matches?id=eq.20000000-0000-4000-8000-000000000001"
            assert one.patch(match, json={"status": "accepted"}).status_code == 204
            assert one.patch(match, json={"user2_id": THREE}).status_code == 403
            assert one.patch(mine, json={"status": "cancelled"}).status_code == 403
            assert one.delete(mine).status_code == 403

    def closes_doors(self, project: Living, site: Site) -> None:
        with site.browser(TWO) as two:
            mine = two.get("/wingman_sessions?select=match_id").json()
            assert {row["match_id"] for row in mine} == {"20000000-0000-4000-8000-000000000001"}
            assert two.get("/user_profiles?select=email").json() == [{"email": "2@example.com"}]
        to_api = project.one(
            "select count(*) from pg_policy where polrelid = 'public.wingman_sessions'::regclass "
            "and polname = 'admins' and 0 = any (polroles)"
        )
        assert to_api == 0

    def test_a_later_kind(self, buddies: Living) -> None:
        buddies.answer(buddies.install("wingman"))
        assert buddies.install("wingman").exit_code == 0
        buddies.push()
        result = buddies.install("wingman,study")
        assert result.exit_code == 0, result.output
        first, second = buddies.written()
        assert first.name < second.name
        assert "create table public.study_sessions" in second.read_text()
        assert "wingman" not in second.read_text().split("\n")[2]
        buddies.push()

    def test_an_edited_file_is_named_and_left(self, buddies: Living) -> None:
        buddies.answer(buddies.install("wingman"))
        buddies.install("wingman")
        (path,) = buddies.written()
        path.write_text(path.read_text() + "-- mine\n")
        result = buddies.install("wingman")
        assert f"{path.name} was edited" in result.output
        assert path.read_text().endswith("-- mine\n")

    def test_another_folder(self, buddies: Living) -> None:
        buddies.answer(buddies.install("wingman"))
        buddies.install("wingman")
        buddies.push()
        for path in buddies.written():
            path.unlink()
        result = buddies.install("wingman")
        assert result.exit_code == 2
        assert "right folder" in result.output

    def test_a_failure_leaves_everything_as_it_was(self, buddies: Living) -> None:
        buddies.answer(buddies.install("wingman"))
        buddies.install("wingman")
        before = buddies.definitions()
        (path,) = buddies.written()
        path.write_text(path.read_text() + "select 1 / 0;\n")
        with pytest.raises(Exception, match="division by zero"):
            buddies.push()
        assert buddies.definitions() == before


class TestCourse:
    @pytest.fixture
    def course(self, living: MakeLiving) -> Living:
        return living("course")

    def test_whole(self, course: Living, serve: Serve) -> None:
        first = course.install("study")
        assert first.exit_code == 1
        assert "a status that the API does not know: 1 row" in first.output
        course.answer(first)
        before, had = course.rows(), course.definitions()
        result = course.install("study")
        assert result.exit_code == 0, result.output
        assert "study_sessions.color is not null and has no default" in result.output
        course.push()
        after, has = course.rows(), course.definitions()
        assert all(is_kept(rows, after[table]) for table, rows in before.items())
        assert had.keys() <= has.keys()
        assert has["trigger study_sessions.set_updated_at"].endswith("public.touch()") or (
            "touch()" in has["trigger study_sessions.set_updated_at"]
        )

        site = serve(course, "study")
        assert is_green(site)
        notes = str([check.notes for check in site.examine()])
        assert "study_sessions.color" in notes
        with site.as_user(ONE) as one:
            items = one.get("/api/v1/study/sessions").json()["items"]
            assert {item["title"] for item in items} == {"Algebra", ""}
            assert all(item["created_at"].endswith("Z") for item in items)
            refused = one.post("/api/v1/study/sessions", json={"title": "New"})
            assert refused.json()["detail"]["code"] == "REFUSED_BY_PROJECT"
            course.run("alter table public.study_sessions alter column color set default 'grey'")
            made = one.post("/api/v1/study/sessions", json={"title": "New"})
            assert made.status_code == 201, made.text
            path = f"/api/v1/study/sessions/{made.json()['id']}"
            shouted = one.put(path, json={"title": "HELLOHELLOHELLO"})
            assert shouted.json()["detail"]["code"] == "REFUSED_BY_PROJECT"
            changed = one.put(path, json={"title": "Calm", "status": "PROCESSING"})
            assert changed.json()["status"] == "PROCESSING", changed.text
            assert course.one("select count(*) from study_sessions where color = 'grey'") == 1
            assert one.delete(path).status_code == 204
        with site.as_user(TWO) as two:
            assert two.get(f"/api/v1/study/sessions/{session(1)}").status_code == 403


class TestTexts:
    def test_whole(self, living: MakeLiving, serve: Serve) -> None:
        project = living("texts")
        before = project.rows()
        result = project.install("interview")
        assert result.exit_code == 0, result.output
        project.push()
        after = project.rows()
        assert all(is_kept(rows, after[table]) for table, rows in before.items())
        site = serve(project, "interview")
        assert is_green(site)
        with site.as_user(ONE) as one:
            posting = {"job_posting_id": "50000000-0000-4000-8000-000000000001"}
            made = one.post("/api/v1/interview/sessions", json=posting)
            assert made.status_code == 201, made.text
            assert made.json()["job_posting"]["title"] == "Baker"


class TestNotAdopted:
    @pytest.mark.parametrize(
        ("name", "kind", "says"),
        [
            ("keys", "study", "study_sessions.id is bigint, and the API needs uuid"),
            ("partitions", "chat", "public.chat_sessions is a partitioned table"),
            ("views", "chat", "public.chat_sessions is a view"),
            ("views", "wingman", "public.wingman_session_details exists in the project"),
        ],
    )
    def test_is_told(self, living: MakeLiving, name: str, kind: str, says: str) -> None:
        project = living(name)
        result = project.install(kind)
        assert result.exit_code == 1, result.output
        assert says in result.output
        assert project.written() == []
        # others can be installed
        assert project.install("interview").exit_code == 0

    @pytest.mark.parametrize("owner", ["supabase_admin", "pg_read_server_files"])
    def test_a_foreign_owner(self, living: MakeLiving, owner: str) -> None:
        project = living("course")
        with project.server.admin(project.database) as admin:
            admin.execute(f"alter table public.study_sessions owner to {owner}".encode())
        result = project.install("study")
        assert result.exit_code == 1
        assert f"belongs to {owner}" in result.output
