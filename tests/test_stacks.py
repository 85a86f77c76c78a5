"""`--stack`: a shared Supabase is left unchanged, and errors are one line."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from local import migrations
from tests.stacks import Spare

ROOT = Path(__file__).parents[1]
# what an answer costs is measured elsewhere: those tests make the same rows, thousands of them
TESTS = (
    *("tests/local/test_fixtures.py", "tests/sessions/chat", "tests/http/test_idempotency.py"),
    *("-k", "not cost"),
)

TABLES = """
    select schemaname, tablename from pg_catalog.pg_tables
    where schemaname in ('auth', 'public', 'session_api', 'supabase_migrations')
"""


def pytest_with(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run some of these tests as a person would."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *args],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def rows(project: Spare) -> dict[str, list[str]]:
    """Everything that is in the project's tables."""
    query = SQL("select it::text from {} as it order by 1")  # an update moves a row
    with psycopg.connect(project.database_url) as connection:
        return {
            table: [text for (text,) in connection.execute(query.format(Identifier(schema, table)))]
            for schema, table in connection.execute(TABLES).fetchall()
        }


class TestUrl:
    def test_leaves_everything_as_it_was(self, spare: Spare) -> None:
        migrations.seed(spare.database_url)
        before = rows(spare)
        result = pytest_with(
            "--stack=url",
            *TESTS,
            SUPABASE_URL=spare.url,
            SUPABASE_PUBLISHABLE_KEY=spare.anon_key,
            SUPABASE_JWT_SECRET=spare.jwt_secret,
            DATABASE_URL=spare.database_url,
            SSL_CERT_FILE=os.environ["SSL_CERT_FILE"],  # not everybody's: it takes long to read
        )
        assert result.returncode == 0, result.stdout
        assert all(before[table] for table in ("users", "wingman_sessions", "chat_messages"))
        assert rows(spare) == before

    def test_names_what_is_missing(self) -> None:
        result = pytest_with("--stack=url", DATABASE_URL="postgresql://nowhere")
        assert result.returncode == 4
        (line,) = result.stdout.split("\n\n")[0].splitlines()
        assert "SUPABASE_URL" in line
        assert "DATABASE_URL" not in line


class TestContainers:
    def test_without_an_engine(self) -> None:
        result = pytest_with("--stack=containers", DOCKER_HOST="tcp://127.0.0.1:9")
        assert result.returncode == 4
        (line,) = result.stdout.split("\n\n")[0].splitlines()
        assert "needs a Docker engine" in line
