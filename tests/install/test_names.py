"""`--names`: users' names come from a table that the project already has."""

from uuid import uuid4

import psycopg
import pytest

from tests.install.living import ONE, THREE, TWO, MakeLiving, Serve, is_green


class TestNames:
    def test_whole(self, living: MakeLiving, serve: Serve) -> None:
        project = living("names")
        result = project.install("wingman", "--names", "public.profiles.full_name")
        assert result.exit_code == 0, result.output
        had = project.definitions()
        project.push()
        has = project.definitions()
        assert all(has[name] == text for name, text in had.items())
        assert project.one("select to_regclass('public.user_profiles')::text") is None
        project.run(
            f"insert into wingman_matches (id, user1_id, user2_id, status) values "
            f"('20000000-0000-4000-8000-000000000001', '{ONE}', '{TWO}', 'accepted'),"
            f"('20000000-0000-4000-8000-000000000002', '{ONE}', '{THREE}', 'accepted');"
            "insert into approach_challenges (id, title, description, difficulty, points) values "
            "('30000000-0000-4000-8000-000000000001', 'Hi', '', 'beginner', 1);"
        )
        site = serve(project, "wingman")
        assert is_green(site)
        with site.as_user(ONE) as one, site.browser(TWO) as two:
            for match in (1, 2):
                made = one.post(
                    "/api/v1/wingman/sessions",
                    json={
                        "match_id": f"20000000-0000-4000-8000-00000000000{match}",
                        "venue_name": "Bar",
                        "scheduled_time": "2100-01-01T00:00:00Z",
                        "user1_challenge_id": "30000000-0000-4000-8000-000000000001",
                        "user2_challenge_id": "30000000-0000-4000-8000-000000000001",
                    },
                )
                assert made.status_code == 201, made.text
            items = one.get("/api/v1/wingman/sessions").json()["items"]
            names = {item["participants"]["user2"]["name"] for item in items}
            assert names == {"Unknown", "Bo"}
            (shown,) = two.get("/wingman_session_details?select=participants").json()
            assert shown["participants"]["user1"]["name"] == "Ana Pi"
            rows = two.get("/profiles?select=*").json()
            assert [row["user_id"] for row in rows] == [TWO]

    @pytest.mark.parametrize("names", ["public.profiles.nope", "profiles", "a.b.c;", "A.b.c"])
    def test_wrong(self, living: MakeLiving, names: str) -> None:
        project = living("names")
        result = project.install("wingman", "--names", names)
        assert result.exit_code == 2
        assert len(result.output.splitlines()) == 1
        assert project.written() == []

    def test_one_row_has_to_be_one_users(self, living: MakeLiving) -> None:
        project = living("names")
        project.run("create table public.nicknames (user_id uuid not null, nickname text)")
        partial = "create unique index on public.nicknames (user_id) where nickname is not null"
        for statement in ("select", partial):
            project.run(statement)
            result = project.install("wingman", "--names", "public.nicknames.nickname")
            assert result.exit_code == 2
            assert "has no unique uuid column" in result.output
        project.run("create unique index on public.nicknames (user_id)")
        result = project.install("wingman", "--names", "public.nicknames.nickname")
        assert result.exit_code == 0, result.output

    def test_sign_up(self, living: MakeLiving) -> None:
        project = living()
        assert project.install("wingman", "--sign-up-trigger").exit_code == 0
        project.push()
        given = {
            "{}": "New user",
            '{"full_name": "Ada"}': "Ada",
            '{"name": "<b>Eve</b> & Co"}': "Eve Co",
            '{"first_name": "&lt;script&gt;"}': "New user",
            '{"first_name": 7}': "7",
            '{"first_name": ["x"]}': None,
            "null": "New user",
            '"text"': "New user",
        }
        for data, name in given.items():
            user = uuid4()
            with psycopg.connect(project.url) as connection:
                connection.execute(
                    "insert into auth.users (id, raw_user_meta_data) values (%s, %s)", [user, data]
                )
            made = project.one(f"select first_name from user_profiles where id = '{user}'")
            assert made == name or name is None
