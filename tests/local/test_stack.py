"""Stacks start beside one another, or say in one line why they do not."""

import os
import socket
from pathlib import Path

import httpx
import psycopg
import pytest

from api.local.addresses import HOST, free_port
from api.local.errors import LocalError
from api.local.stack import Stack
from tests.stacks.folder import scratch_folder

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends Postgres a user")


def value(stack: Stack, query: str) -> object:
    with psycopg.connect(stack.database_url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


class TestStart:
    def test_two_side_by_side(self, folder: Path) -> None:
        with Stack.scratch(folder / "one") as one, Stack.scratch(folder / "two") as two:
            for stack, name in ((one, "one"), (two, "two")):
                with psycopg.connect(stack.database_url) as connection:
                    connection.execute("create table public.name as select %s::text", [name])
            assert value(one, "table public.name") == "one"
            assert value(two, "table public.name") == "two"
            for stack in (one, two):
                headers = {"apikey": stack.anon_key}
                assert httpx.get(stack.rest_url, headers=headers).status_code == 404

    def test_schema_reload_is_heard(self, folder: Path) -> None:
        with Stack.scratch(folder / "stack") as stack, httpx.Client() as browser:
            browser.headers["apikey"] = stack.anon_key
            assert browser.get(f"{stack.rest_url}/things").status_code == 404
            with psycopg.connect(stack.database_url) as connection:
                connection.execute("create table public.things (id int)")
                connection.execute("notify pgrst, 'reload schema'")
            for _ in range(500):
                if browser.get(f"{stack.rest_url}/things").status_code == 200:
                    break
            else:
                pytest.fail("PostgREST does not know the new table")

    def test_long_folder(self, folder: Path) -> None:
        # longer than the path of a unix socket may be
        with Stack.scratch(folder / ("a" * 60) / ("b" * 60)) as stack:
            assert value(stack, "select 1") == 1

    def test_same_folder_twice(self, folder: Path) -> None:
        again = Stack(folder / "stack", free_port(), free_port())
        with (
            Stack.scratch(folder / "stack"),
            pytest.raises(LocalError, match=r"already running.* or start another"),
        ):
            again.start()

    def test_removed_while_it_runs(self, folder: Path) -> None:
        again = Stack(folder / "stack", free_port(), free_port())
        with Stack.scratch(folder / "stack"), pytest.raises(LocalError, match=r"stop it first\.$"):
            again.remove()

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


class TestStop:
    def test_keeps_the_data(self, folder: Path) -> None:
        stack = Stack(folder / "stack", free_port(), free_port())
        with stack, psycopg.connect(stack.database_url) as connection:
            connection.execute("create table public.kept as select 7 as number")
        with stack:
            assert value(stack, "table public.kept") == 7
        stack.remove()
        assert list(folder.iterdir()) == []


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

    def test_data_that_went_out_of_reach(self) -> None:
        with scratch_folder() as folder:
            stack = Stack(folder / "stack", free_port(), free_port())
            with stack:
                pass
            folder.chmod(0o700)
            # rather than starting anew somewhere else, as if there were no data
            with pytest.raises(LocalError, match="chmod"):
                stack.start()
