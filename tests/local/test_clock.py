"""`python -m local advance`: time passes for sessions, and everything stays consistent."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from local import clock
from local.addresses import free_port
from local.duration import duration
from local.errors import LocalError
from local.stack import Stack
from tests.stacks import local

TIMES = """
    select id, scheduled_time, created_at, completed_at, status from public.wingman_sessions
    union all
    select id, last_updated, created_at, null, title from public.chat_sessions
    union all
    select id, updated_at, created_at, null, title from public.study_sessions
    union all
    select id, "timestamp", "timestamp", null, content from public.chat_messages
    order by 1
"""
Row = tuple[object, ...]


def times(stack: Stack) -> list[Row]:
    with psycopg.connect(stack.database_url) as sql:
        return sql.execute(TIMES).fetchall()


def earlier(row: Row, by: timedelta) -> Row:
    return tuple(value - by if isinstance(value, datetime) else value for value in row)


def advance(folder: Path, by: str) -> subprocess.CompletedProcess[str]:
    """The command, as a person gives it."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "local", "advance", by, "--data-dir", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def aging() -> Iterator[Stack]:
    """A stack with demo data that grows older."""
    with local.stack() as stack:
        stack.seed()
        yield stack


def test_every_time_moves(aging: Stack) -> None:
    before = times(aging)
    assert len(before) > 5
    said = advance(aging.data_dir, "2h")
    assert said.returncode == 0, said.stderr
    assert times(aging) == [earlier(row, timedelta(hours=2)) for row in before]


def test_what_was_scheduled_is_due(aging: Stack) -> None:
    query = "select count(*) from public.wingman_sessions where scheduled_time > now()"
    with psycopg.connect(aging.database_url, autocommit=True) as sql:
        assert sql.execute(query).fetchone() != (0,)
        advance(aging.data_dir, "30d")
        assert sql.execute(query).fetchone() == (0,)


def test_accounts_stay(aging: Stack) -> None:
    query = "select id, created_at from auth.users order by id"
    with psycopg.connect(aging.database_url, autocommit=True) as sql:
        before = sql.execute(query).fetchall()
        assert advance(aging.data_dir, "1d").returncode == 0
        assert sql.execute(query).fetchall() == before


def test_all_or_nothing(aging: Stack) -> None:
    before = times(aging)
    with psycopg.connect(aging.database_url) as holder:
        holder.execute("select from public.wingman_sessions for update")
        with pytest.raises(LocalError, match="could not be moved"):
            clock.advance(aging.superuser_url, timedelta(hours=1))
    assert times(aging) == before


def test_no_stack(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="No stack is running"):
        Stack(tmp_path / "data", free_port(), free_port()).advance(timedelta(hours=1))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("90s", timedelta(seconds=90)),
        ("30M", timedelta(minutes=30)),
        (" 2h", timedelta(hours=2)),
        ("365d", timedelta(days=365)),
    ],
)
def test_duration(text: str, found: timedelta) -> None:
    assert duration(text) == found


@pytest.mark.parametrize(
    "text", ["", "2", "h", "-2h", "0h", "366d", "2 h", "1h30m", "9" * 50 + "d"]
)
def test_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"write it as|between"):
        duration(text)
