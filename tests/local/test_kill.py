"""kill -9: what was committed is there again, whatever was left running."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from threading import Thread

import psutil
import psycopg
import pytest

from api.local.addresses import free_port
from api.local.stack import Stack

Start = Callable[[], "StackProcess"]

_SECONDS = 30
_PROGRAM = """
import pathlib, signal, sys
from api.local.stack import Stack

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

    def end(self) -> None:
        """Kill the owner, unless it has ended."""
        self._process.kill()
        self._process.wait(_SECONDS)


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Start a stack, in the same folder and on the same ports each time."""
    db_port, rest_port = free_port(), free_port()
    with ExitStack() as cleanup:
        cleanup.callback(Stack(folder / "stack", db_port, rest_port).remove)

        def start() -> StackProcess:
            process = StackProcess(folder / "stack", db_port, rest_port)
            cleanup.callback(process.end)
            return process

        yield start


def commit(stack: StackProcess) -> None:
    with psycopg.connect(stack.database_url) as connection:
        connection.execute("create table public.committed as select 7 as number")


def committed(stack: StackProcess) -> object:
    with psycopg.connect(stack.database_url) as connection:
        return connection.execute("table public.committed").fetchall()


class TestKill:
    def test_everything(self, start: Start) -> None:
        killed = start()
        commit(killed)
        for process in [killed.owner, *killed.owner.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):  # it went with the one before
                process.kill()
        killed.end()
        assert committed(start()) == [(7,)]

    def test_all_but_a_busy_backend(self, start: Start) -> None:
        killed = start()
        commit(killed)
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
            restarted = start()
            assert not backend.is_running()
            worker.join()
        assert committed(restarted) == [(7,)]

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children")
    def test_the_owner(self, start: Start) -> None:
        killed = start()
        children = killed.owner.children(recursive=True)
        killed.end()
        _, alive = psutil.wait_procs(children, timeout=_SECONDS)
        assert not alive

    def test_half_made_data(self, start: Start, folder: Path) -> None:
        # killed while making the data, so that nothing is where the data should be
        (folder / "stack" / "postgres" / "data.partial" / "base").mkdir(parents=True)
        (folder / "stack" / "stack.lock").touch()
        stack = start()
        commit(stack)
        assert committed(stack) == [(7,)]
