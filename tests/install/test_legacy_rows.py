"""Rows from before the installation, whatever they hold that it accepts: served, never a 5xx."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.install.conftest import Living
from tests.install.site import Site

ONE, TWO, THREE = (f"10000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
MATCH, CLOSED = (f"20000000-0000-4000-8000-00000000000{n}" for n in (2, 3))
CHALLENGE = "30000000-0000-4000-8000-000000000001"

CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
MARKUP = st.sampled_from(
    ["", " ", "<b>x", "<!--", "&lt;i&gt;", "&#0;", "\u202e", "\ufeff", "\x07", "a\r\nb", "]]>"]
)
WORDS = st.text(CHARACTERS, max_size=40)
# a hypothesis text of such a length would be slow to make
LONG = st.integers(500, 200_000).map(lambda length: "<i>é" * (length // 4))
TEXTS = MARKUP | WORDS
LONG_TEXTS = TEXTS | LONG
TIMES = st.sampled_from(
    [
        *("0001-01-02 00:00:00+00", "9999-12-29 23:59:59.999999+00", "1900-01-01 12:00:00+00"),
        *("2000-01-01 00:00:00.5+05:30", "2100-06-01 00:00:00+00"),
    ]
)
DONE = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


SESSIONS = st.fixed_dictionaries(
    {
        "match_id": st.sampled_from([MATCH, CLOSED]),
        "venue_name": TEXTS,
        "scheduled_time": TIMES,
        "status": st.sampled_from(["completed", "cancelled", "no_show"]),
        "completed_at": maybe(TIMES),
        "user1_completed_confirmed_by_user2": st.booleans(),
        "user2_completed_confirmed_by_user1": st.booleans(),
        "notes": maybe(LONG_TEXTS),
        "created_at": TIMES,
    }
)
ACTIVE = st.none() | st.sampled_from(["scheduled", "in_progress"])
AROUND = st.fixed_dictionaries(
    {
        "first_name": maybe(LONG_TEXTS),
        "title": TEXTS,
        "description": maybe(LONG_TEXTS),
        "difficulty": TEXTS,
        "points": maybe(st.integers(-(2**31), 2**31 - 1)),
        "status": maybe(TEXTS),
    }
)
PLANS = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
).map(json.dumps) | st.sampled_from(
    [
        '"\\u0000"',
        '"\\ud83d\\ude00"',
        "1e400",
        "-0",
        "1" * 400,
        '{"a":1,"a":2}',
        "[" * 190 + "]" * 190,
        "[" * 900 + "]" * 900,
        "1" * 5000,
    ]
)
STUDY = st.fixed_dictionaries(
    {
        "title": LONG_TEXTS,
        "description": maybe(LONG_TEXTS),
        "status": st.sampled_from(["UPLOADING", "PROCESSING", "PLANNING", "READY", "FAILED"]),
        "draft_plan": maybe(PLANS),
        "color": TEXTS,
        "created_at": TIMES,
        "updated_at": TIMES,
    }
)


@dataclass
class Installed:
    """A project whose tables were adopted, served."""

    project: Living
    site: Site

    def insert(self, table: str, row: dict[str, Any]) -> None:
        columns, places = ", ".join(row), ", ".join(["%s"] * len(row))
        with psycopg.connect(self.project.url) as connection, self._unchecked(connection, table):
            connection.execute(
                f"insert into public.{table} ({columns}) values ({places})".encode(),
                list(row.values()),
            )

    @contextmanager
    def _unchecked(self, connection: psycopg.Connection, table: str) -> Iterator[None]:
        # as the installation leaves it: old rows may break a check, new and changed ones may not
        checks = connection.execute(
            "select conname::text, pg_get_constraintdef(oid) from pg_catalog.pg_constraint "
            "where contype = 'c' and conrelid = %s::regclass and not convalidated",
            [f"public.{table}"],
        ).fetchall()
        for name, _ in checks:
            connection.execute(f"alter table public.{table} drop constraint {name}".encode())
        yield
        for name, text in checks:
            added = f"alter table public.{table} add constraint {name} {text}"
            connection.execute(added.encode())


def _installed(
    project: Living, kind: str, table: str, serve: Callable[[Living, str], Site]
) -> Installed:
    project.answer(project.install(kind))
    result = project.install(kind)
    assert result.exit_code == 0, result.output
    project.push()
    # a row that breaks every rule would leave each of them not validated
    with psycopg.connect(project.url) as connection:
        checks = connection.execute(
            "select conname::text, pg_get_constraintdef(oid) from pg_catalog.pg_constraint "
            "where contype = 'c' and conrelid = %s::regclass and conname <> %s and convalidated "
            "and conname not like '%%status_check'",
            [f"public.{table}", f"{table}_status_known"],
        ).fetchall()
        for name, definition in checks:
            connection.execute(
                f"alter table public.{table} drop constraint {name}, "
                f"add constraint {name} {definition} not valid".encode()
            )
    return Installed(project, serve(project, kind))


def _is_answer(answer: httpx.Response) -> bool:
    assert answer.status_code < 500, (answer.request.url, answer.text)
    return answer.is_success


@pytest.fixture
def buddies(living: Callable[..., Living], serve: Callable[[Living, str], Site]) -> Installed:
    return _installed(living("buddies"), "wingman", "wingman_sessions", serve)


@pytest.fixture
def course(living: Callable[..., Living], serve: Callable[[Living, str], Site]) -> Installed:
    return _installed(living("course"), "study", "study_sessions", serve)


def test_wingman(buddies: Installed) -> None:
    buddies.project.run("delete from wingman_sessions")

    @DONE
    @given(rows=st.lists(SESSIONS, min_size=1, max_size=3), active=ACTIVE, around=AROUND)
    def served(rows: list[dict[str, Any]], active: str | None, around: dict[str, Any]) -> None:
        with psycopg.connect(buddies.project.url) as connection:
            connection.execute("delete from public.wingman_sessions")
            connection.execute(
                "update public.user_profiles set first_name = %s where id = %s",
                [around["first_name"], THREE],
            )
            connection.execute(
                "update public.wingman_matches set status = %s where id = %s",
                [around["status"], CLOSED],
            )
            connection.execute(
                "update public.approach_challenges set title = %(title)s, points = %(points)s,"
                " description = %(description)s, difficulty = %(difficulty)s",
                around,
            )
        if active is not None:
            rows = [{**rows[0], "status": active}, *rows[1:]]
        for row in rows:
            challenges = {"user1_challenge_id": CHALLENGE, "user2_challenge_id": CHALLENGE}
            buddies.insert("wingman_sessions", {"id": uuid4(), **row, **challenges})
        with buddies.site.as_user(ONE) as one, buddies.site.as_user(THREE) as three:
            listed = one.get("/api/v1/wingman/sessions")
            assert listed.status_code == 200, listed.text
            assert listed.json()["total"] == len(listed.json()["items"]) == len(rows)
            assert not re.search("<[A-Za-z/!?]", listed.text)
            for item in listed.json()["items"]:
                path = f"/api/v1/wingman/sessions/{item['id']}"
                assert one.get(path).json() == item
                for user in (one, three):
                    _is_answer(user.get(path))
                    _is_answer(user.patch(f"{path}/notes", json={"notes": "hi"}))
                    for change in ("confirm", "no-show", "cancel"):
                        _is_answer(user.post(f"{path}/{change}", json={}))

    served()


def test_study(course: Installed) -> None:
    @DONE
    @given(rows=st.lists(STUDY, min_size=1, max_size=3))
    def served(rows: list[dict[str, Any]]) -> None:
        course.project.run("delete from public.study_sessions")
        for row in rows:
            course.insert("study_sessions", {"id": uuid4(), "profile_id": ONE, **row})
        with course.site.as_user(ONE) as one:
            listed = one.get("/api/v1/study/sessions")
            assert listed.status_code == 200, listed.text
            assert len(listed.json()["items"]) == len(rows)
            shown = [(item["title"], item["description"]) for item in listed.json()["items"]]
            assert not re.search("<[A-Za-z/!?]", str(shown))
            for item in listed.json()["items"]:
                path = f"/api/v1/study/sessions/{item['id']}"
                assert _is_answer(one.get(path))
                _is_answer(one.put(path, json={"title": "New"}))
                _is_answer(one.put(path, json={"status": "FAILED"}))
                assert one.delete(path).status_code == 204

    served()


@pytest.mark.parametrize("time", ["infinity", "-infinity", "4713-01-01 BC", "294276-12-31"])
def test_times_that_cannot_be_read(living: Callable[..., Living], time: str) -> None:
    project = living("course")
    project.answer(project.install("study"))
    project.run(f"update public.study_sessions set created_at = '{time}'")
    refused = project.install("study")
    assert refused.exit_code == 1
    assert "a created_at outside the years 1 to 9999: 3 rows" in refused.output
    project.answer(refused)
    assert project.install("study").exit_code == 0


def test_plans_that_cannot_be_read(living: Callable[..., Living]) -> None:
    project = living("course")
    project.answer(project.install("study"))
    project.run("delete from public.study_sessions")
    plans = [r'["\ud800"]', r'["\udc00"]', r'["\\ud800"]', r'["\ud83d\ude00"]']
    with psycopg.connect(project.url) as connection:
        for plan in plans:
            connection.execute(
                "insert into public.study_sessions"
                " (profile_id, title, color, draft_plan, updated_at)"
                " values (%s, 'x', 'x', %s, now())",
                [ONE, plan],
            )
    refused = project.install("study")
    assert refused.exit_code == 1
    assert "a draft_plan with an unpaired surrogate: 2 rows" in refused.output
    project.answer(refused)
    assert project.install("study").exit_code == 0
    kept = [row["draft_plan"] for row in project.rows()["study_sessions"]]
    assert sorted(map(str, kept)) == sorted(map(str, [["\ufffd"], ["\ufffd"], ["\\ud800"], ["😀"]]))
