"""Stacks start beside one another, or say in one line why they do not."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from local.addresses import HOST, free_port
from local.errors import LocalError
from local.stack import Stack
from tests.stacks.folder import scratch_folder

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends Postgres a user")

_FIRST_PORT = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
PRIVILEGED = _FIRST_PORT.exists() and int(_FIRST_PORT.read_text()) > 1


def value(stack: Stack, query: str) -> object:
    with psycopg.connect(stack.database_url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


@pytest.fixture(scope="module")
def stopped() -> Iterator[Stack]:
    """A stack that has run and stopped, with a row in its data."""
    with scratch_folder() as folder:
        stack = Stack(folder / "stack", free_port(), free_port())
        with stack, psycopg.connect(stack.database_url) as connection:
            connection.execute("create table public.kept as select 7 as number")
        yield stack
        stack.remove()


class TestStart:
    def test_two_side_by_side(self, running: Stack, folder: Path) -> None:
        # one of them in a folder whose path is longer than a unix socket's may be
        with Stack.scratch(folder / ("a" * 60) / ("b" * 60)) as other:
            for stack, name in ((running, "one"), (other, "two")):
                with psycopg.connect(stack.database_url) as connection:
                    connection.execute("create table public.name as select %s::text", [name])
            assert value(running, "table public.name") == "one"
            assert value(other, "table public.name") == "two"
            for stack in (running, other):
                headers = {"apikey": stack.anon_key}
                assert httpx.get(stack.rest_url, headers=headers).status_code == 404
        assert list((folder / ("a" * 60)).iterdir()) == []

    def test_schema_reload_is_heard(self, running: Stack) -> None:
        with httpx.Client() as browser:
            browser.headers["apikey"] = running.anon_key
            assert browser.get(f"{running.rest_url}/things").status_code == 404
            with psycopg.connect(running.database_url) as connection:
                connection.execute("create table public.things (id int)")
                connection.execute("notify pgrst, 'reload schema'")
            for _ in range(500):
                if browser.get(f"{running.rest_url}/things").status_code == 200:
                    break
            else:
                pytest.fail("PostgREST does not know the new table")

    def test_same_folder_twice(self, running: Stack) -> None:
        again = Stack(running.data_dir, free_port(), free_port())
        with pytest.raises(LocalError, match=r"already running.* or start another"):
            again.start()
        assert value(running, "select 1") == 1

    def test_removed_while_it_runs(self, running: Stack) -> None:
        again = Stack(running.data_dir, free_port(), free_port())
        with pytest.raises(LocalError, match=r"stop it first\.$"):
            again.remove()
        assert value(running, "select 1") == 1

    @pytest.mark.parametrize("setting", ["DB_PORT", "REST_PORT"])
    def test_taken_port(self, folder: Path, setting: str) -> None:
        with socket.create_server((HOST, 0)) as somebody:
            taken = somebody.getsockname()[1]
            db_port = taken if setting == "DB_PORT" else free_port()
            rest_port = taken if setting == "REST_PORT" else free_port()
            with pytest.raises(LocalError, match=rf"{taken}.*{setting}"):
                Stack(folder / "stack", db_port, rest_port).start()
        # nothing holds the folder
        Stack(folder / "stack", free_port(), free_port()).remove()

    def test_folder_of_something_else(self, folder: Path) -> None:
        (folder / "thesis.tex").touch()
        with pytest.raises(LocalError, match="DATA_DIR"):
            Stack(folder, free_port(), free_port()).start()
        with pytest.raises(LocalError, match="DATA_DIR"):
            Stack(folder, free_port(), free_port()).remove()

    def test_no_postgrest(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("POSTGREST_BIN", "/nowhere/postgrest")
        with pytest.raises(LocalError, match="POSTGREST_BIN"):
            Stack.scratch(folder / "stack").start()
        assert list(folder.iterdir()) == []


class TestStop:
    def test_keeps_the_data(self, stopped: Stack) -> None:
        with stopped:
            assert value(stopped, "table public.kept") == 7


@only_root
class TestRoot:
    """The user that root lends Postgres reaches it, wherever it is."""

    def test_data_out_of_reach(self) -> None:
        with scratch_folder() as folder:
            folder.chmod(0o700)
            stack = Stack.scratch(folder / "stack")
            with stack:
                elsewhere = (folder / "stack" / "postgres").resolve()
                assert not elsewhere.is_relative_to(folder)
                assert value(stack, "select 1") == 1
            assert not elsewhere.exists()

    @pytest.mark.skipif(not PRIVILEGED, reason="everybody may use every port here")
    def test_port_out_of_reach(self, folder: Path) -> None:
        with pytest.raises(LocalError, match=r"^PostgreSQL cannot use port 1:.* DB_PORT=…$"):
            Stack(folder / "stack", 1, free_port(), is_scratch=True).start()

    def test_data_that_went_out_of_reach(self, stopped: Stack) -> None:
        above = stopped.data_dir.parent
        above.chmod(0o700)
        # rather than starting anew somewhere else, as if there were no data
        with pytest.raises(LocalError, match="chmod"):
            stopped.start()
        above.chmod(0o711)
