"""`make run`: what it says, and that nothing is left of it."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from api.local.addresses import HOST, free_port
from tests.stacks.folder import scratch_folder

Start = Callable[[], "Run"]

_STOP_SECONDS = 30


class Run:
    """A `session-api local run`."""

    def __init__(self, data: Path, ports: dict[str, int]) -> None:
        self.database_url = f"postgresql://postgres:postgres@{HOST}:{ports['DB_PORT']}/postgres"
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [Path(sys.executable).with_name("session-api"), "local", "run"],
            env={
                "PATH": os.environ["PATH"],
                "DATA_DIR": str(data),
                **{name: str(port) for name, port in ports.items()},
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        self._output = self._process.stdout

    def read_until(self, start: str) -> str:
        """What it says, up to the first line that begins with `start`, or to its end."""
        lines: list[str] = []
        for line in self._output:
            lines.append(line)
            if line.startswith(start):
                break
        return "".join(lines)

    def processes(self) -> list[psutil.Process]:
        """Itself, and everything it started."""
        run = psutil.Process(self._process.pid)
        return [run, *run.children(recursive=True)]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send it a signal, unless it has ended; wait for its end and return its exit code."""
        self._process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end and return its exit code."""
        code = self._process.wait(_STOP_SECONDS)
        self._output.close()
        return code


@pytest.fixture(scope="module")
def ports() -> dict[str, int]:
    return {name: free_port() for name in ("API_PORT", "REST_PORT", "DB_PORT")}


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A folder for the data, which each start leaves to the next one."""
    with scratch_folder() as folder:
        yield folder / "data"


@pytest.fixture
def start(data: Path, ports: dict[str, int]) -> Iterator[Start]:
    """Run it, on the same folder each time."""
    with ExitStack() as cleanup:
        # under `nohup` it would go on after a SIGHUP, as it should
        cleanup.callback(signal.signal, signal.SIGHUP, signal.signal(signal.SIGHUP, signal.SIG_DFL))

        def start() -> Run:
            run = Run(data, ports)
            cleanup.callback(run.end)
            return run

        yield start


class TestEnd:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_while_starting(self, start: Start, number: signal.Signals) -> None:
        run = start()
        run.read_until("==> Applying")
        processes = run.processes()
        assert run.end(number) == 0
        assert not [process for process in processes if process.is_running()]


class TestReady:
    def test_page(self, start: Start, ports: dict[str, int]) -> None:
        run = start()
        page = run.read_until("curl ")
        (command,) = re.findall(r"^curl .*$", page, re.MULTILINE)
        answer = subprocess.check_output(shlex.split(command))  # noqa: S603 - our own page
        assert len(json.loads(answer)["items"]) == 2
        assert f"http://{HOST}:{ports['API_PORT']}/docs" in page
        assert f"http://{HOST}:{ports['REST_PORT']}/rest/v1" in page
        assert run.database_url in page

        second = start()
        assert "already running" in second.read_until("Error: ")
        assert second.wait() == 1

        processes = run.processes()
        assert len(processes) > len(["itself", "API", "gateway", "PostgREST", "Postgres"])
        assert run.end(signal.SIGINT) == 0
        assert not [process for process in processes if process.is_running()]

    def test_taken_port(self, start: Start, ports: dict[str, int]) -> None:
        with socket.create_server((HOST, ports["API_PORT"])):
            run = start()
            output = run.read_until("Error: ")
            assert run.wait() == 1
        assert "API_PORT=" in output.splitlines()[-1]
        assert "Traceback" not in output
        assert "==> Applying" not in output  # at once, rather than after the migrations
