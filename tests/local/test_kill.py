"""kill -9: committed data is back after a restart, whatever was left running."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread

import psutil
import psycopg
import pytest

from local.addresses import free_port
from local.stack import Stack
from tests.stacks.folder import scratch_folder

_SECONDS = 30
_PROGRAM = """
import pathlib, signal, sys
from local.stack import Stack

folder, db_port, rest_port = sys.argv[1:]
with Stack(pathlib.Path(folder), int(db_port), int(rest_port)) as stack:
    print(stack.database_url, flush=True)
    signal.pause()
"""


class StackProcess:
    """A stack whose owner is another process, so that it can be killed."""

    def __init__(self, folder: Path, db_port: int, rest_port: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", _PROGRAM, folder, str(db_port), str(rest_port)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        with self._process.stdout as output:
            self.database_url = output.readline().strip()

    @property
    def owner(self) -> psutil.Process:
        """The process that started it."""
        return psutil.Process(self._process.pid)

    def has_ended(self) -> bool:
        """Say whether the owner has ended."""
        return self._process.poll() is not None

    def end(self) -> None:
        """Kill the owner, unless it has ended."""
        self._process.kill()
        self._process.wait(_SECONDS)


class Killable:
    """One folder and its ports, with a stack that is killed and started again there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ports = free_port(), free_port()
        self._stack: StackProcess | None = None

    def running(self) -> StackProcess:
        """The running stack; it is started if necessary."""
        if self._stack is None or self._stack.has_ended():
            return self.start()
        return self._stack

    def start(self) -> StackProcess:
        """Start it, after it was killed or for the first time."""
        self._stack = StackProcess(self.folder, *self._ports)
        return self._stack

    def end(self) -> None:
        """Kill what is running, and remove the data."""
        if self._stack is not None:
            self._stack.end()
        Stack(self.folder, *self._ports).remove()


@pytest.fixture(scope="module")
def killable() -> Iterator[Killable]:
    """A folder in which the first stack was killed while it made its data."""
    with scratch_folder() as folder:
        killable = Killable(folder / "stack")
        # nothing is where the data should be
        (killable.folder / "postgres" / "data.partial" / "base").mkdir(parents=True)
        (killable.folder / "stack.lock").touch()
        yield killable
        killable.end()


def commit(stack: StackProcess) -> int:
    """Commit a row that is nowhere else, and return its number."""
    with psycopg.connect(stack.database_url) as connection:
        connection.execute(
            "create table if not exists public.committed (number int generated always as identity)"
        )
        row = connection.execute(
            "insert into public.committed default values returning number"
        ).fetchone()
    assert row is not None
    return int(row[0])


def committed(stack: StackProcess) -> int:
    """The number of the last stored row."""
    with psycopg.connect(stack.database_url) as connection:
        row = connection.execute("select max(number) from public.committed").fetchone()
    assert row is not None
    return int(row[0])


class TestKill:
    def test_half_made_data(self, killable: Killable) -> None:
        stack = killable.running()
        number = commit(stack)
        assert committed(stack) == number
        assert not (killable.folder / "postgres" / "data.partial").exists()

    def test_everything(self, killable: Killable) -> None:
        killed = killable.running()
        number = commit(killed)
        for process in [killed.owner, *killed.owner.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):  # it went with the one before
                process.kill()
        killed.end()
        assert committed(killable.start()) == number

    def test_all_but_a_busy_backend(self, killable: Killable) -> None:
        killed = killable.running()
        number = commit(killed)
        with closing(psycopg.connect(killed.database_url)) as connection:

            def work() -> None:
                with pytest.raises(psycopg.OperationalError):
                    connection.execute("select count(*) from generate_series(1, 1e15)")

            # it does not notice that its server is gone, and holds the memory that they shared
            backend = psutil.Process(connection.info.backend_pid)
            server = backend.parent()
            assert server is not None
            worker = Thread(target=work)
            worker.start()
            while backend.cpu_times().user < 0.1:
                pass
            server.kill()
            killed.end()
            assert backend.is_running()
            restarted = killable.start()
            assert not backend.is_running()
            worker.join()
        assert committed(restarted) == number

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children")
    def test_the_owner(self, killable: Killable) -> None:
        killed = killable.running()
        children = killed.owner.children(recursive=True)
        killed.end()
        _, alive = psutil.wait_procs(children, timeout=_SECONDS)
        assert not alive
