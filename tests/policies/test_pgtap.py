"""supabase/tests/ agrees with the matrix, and passes."""

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection

from local.migrations import PROJECT
from tests.installed import ALL_ARE
from tests.policies.pgtap import TESTS, files
from tests.stacks.spare import Spare

# pgTAP is SQL alone; this npm package carries the script of its current release
_PACKAGE = PROJECT / "node_modules" / "@electric-sql" / "pglite-pgtap" / "dist" / "pgtap.tar.gz"
_SCRIPT = re.compile(r".*/pgtap--\d+\.\d+\.\d+\.sql")


def _script() -> bytes:
    with tarfile.open(_PACKAGE) as package:
        (name,) = filter(_SCRIPT.fullmatch, package.getnames())
        script = package.extractfile(name)
        assert script is not None
        return script.read()


def test_files_are_what_the_matrix_says() -> None:
    written = files()
    committed = {path: path.read_text() for path in TESTS.glob("*.sql")}
    if not ALL_ARE:
        committed = {path: text for path, text in committed.items() if path in written}
    assert committed == written, "run `make types`"


@pytest.fixture(scope="module")
def pgtap(own_stack: Spare) -> Iterator[Connection]:
    """A connection with pgTAP in a schema of its own."""
    with psycopg.connect(own_stack.superuser_url, autocommit=True) as connection:
        connection.execute("create schema pgtap")
        # whatever is made goes into the first of them
        connection.execute("set search_path = pgtap, public")
        try:
            connection.execute(_script())
            yield connection
        finally:
            connection.execute("drop schema pgtap cascade")


def _run(connection: Connection, path: Path) -> list[str]:
    """Run a file as psql would; return what it prints."""
    cursor = connection.execute(path.read_bytes())
    printed: list[str] = []
    more: bool | None = True
    while more:
        if cursor.description is not None:
            printed += (str(row[0]) for row in cursor)
        more = cursor.nextset()
    return printed


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_passes(pgtap: Connection, path: Path) -> None:
    plan, *results = _run(pgtap, path)
    assert plan == f"1..{len(results)}"
    assert [line for line in results if not line.startswith("ok ")] == []


def test_can_fail(pgtap: Connection) -> None:
    """With one extra grant, a file's tests fail."""
    path = TESTS / "base.sql"
    with pgtap.transaction(force_rollback=True):
        pgtap.execute("grant delete on public.session_api_idempotency_keys to authenticated")
        # its own transaction would end this one
        text = path.read_text().replace("\nbegin;\n", "\n").replace("\nrollback;\n", "\n")
        cursor = pgtap.execute(text.encode())
        failed = []
        while cursor.nextset():
            if cursor.description is not None:
                failed += [row[0] for row in cursor if str(row[0]).startswith("not ok")]
    assert len(failed) == 4
