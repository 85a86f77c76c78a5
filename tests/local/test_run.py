"""`make run`: what it says, and that nothing is left of it."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from local.addresses import HOST, free_port
from tests.stacks.folder import scratch_folder

Start = Callable[..., "Run"]

_STOP_SECONDS = 30
_COMMAND = [str(Path(sys.executable).with_name("session-api")), "local", "run"]
# as `make` does: the terminal's end reaches it alone, and it waits for what it has started
_LEADER = [
    *(sys.executable, "-c"),
    """
import fcntl, signal, subprocess, sys, termios

signal.signal(signal.SIGHUP, lambda *_: None)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
sys.exit(subprocess.call(sys.argv[1:]))
""",
]


class Run:
    """A `session-api local run`, in a folder, with a standard input and maybe below a leader."""

    def __init__(
        self,
        data: Path,
        ports: dict[str, int],
        folder: Path | None = None,
        stdin: int = subprocess.DEVNULL,
        leader: Sequence[str] = (),
    ) -> None:
        self.database_url = f"postgresql://postgres:postgres@{HOST}:{ports['DB_PORT']}/postgres"
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [*leader, *_COMMAND],
            cwd=folder,
            env={
                "PATH": os.environ["PATH"],
                "DATA_DIR": str(data),
                **{name: str(port) for name, port in ports.items()},
            },
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=bool(leader),
        )
        assert self._process.stdout is not None
        self._output = self._process.stdout

    def read_until(self, *starts: str) -> str:
        """What it says, up to the first line that begins with one of `starts`, or to its end."""
        lines: list[str] = []
        for line in self._output:
            lines.append(line)
            if line.startswith(starts):
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


def sessions(page: str) -> list[Any]:
    """What the command on the page gives: Alice's sessions."""
    (command,) = re.findall(r"^curl .*$", page, re.MULTILINE)
    answer = subprocess.check_output(shlex.split(command))  # noqa: S603 - our own page
    return list(json.loads(answer)["items"])


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
        # under `nohup` it would keep running after a SIGHUP, as it should
        cleanup.callback(signal.signal, signal.SIGHUP, signal.signal(signal.SIGHUP, signal.SIG_DFL))

        def start(ports: dict[str, int] = ports, **how: Any) -> Run:
            run = Run(data, ports, **how)
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

    def test_terminal_hangs_up(self, start: Start) -> None:
        terminal, stream = os.openpty()
        run = start(stdin=stream, leader=_LEADER)
        os.close(stream)
        run.read_until("curl ")
        processes = run.processes()
        os.close(terminal)
        assert run.wait() == 0
        assert not [process for process in processes if process.is_running()]

    @pytest.mark.parametrize("closed", ["<&-", "</dev/null", "< <(true)"])
    def test_no_terminal_to_hang_up(self, closed: str) -> None:
        program = "from local.run import *; print(has_hung_up(foreground_terminal()))"
        command = f"{shlex.join([sys.executable, '-c', program])} {closed} | cat"
        said = subprocess.check_output(["bash", "-c", command])  # noqa: S603, S607 - our own
        assert said == b"False\n"


class TestEnvFile:
    """A `.env` for a hosted project, where `make run` runs."""

    def test_what_is_the_stacks_own_is_not_taken(self, start: Start, tmp_path: Path) -> None:
        lines = [
            "SESSION_API_SIGNING_KEY={}",
            "SUPABASE_URL=https://abcdefgh.supabase.co",
            "SUPABASE_JWKS_URL=https://abcdefgh.supabase.co/jwks",
            "CORS_ORIGINS=https://app.example.com",
            "LOG_LEVEL=warning",
            "METRICS_TOKEN=",
            "NEXT_PUBLIC_NAME=app",
        ]
        (tmp_path / ".env").write_text("\n".join(lines))
        page = start(folder=tmp_path).read_until("curl ")
        assert "==> Also from .env: CORS_ORIGINS, LOG_LEVEL\n" in page
        assert len(sessions(page)) == 2

    def test_never_ready(self, start: Start, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("DATABASE_TIMEOUT=0.000001")
        run = start(folder=tmp_path)
        output = run.read_until("Error: ", "curl ")
        assert "is ready" not in output
        assert run.wait() == 1
        assert "route=/readyz status=503" in output
        assert "log, above" in output


class TestReady:
    def test_page(self, start: Start, ports: dict[str, int]) -> None:
        run = start()
        page = run.read_until("curl ")
        assert len(sessions(page)) == 2
        (token_command,) = re.findall(r"`(.* bob)`", page)
        token = subprocess.check_output(shlex.split(token_command))  # noqa: S603 - our own page
        assert token.startswith(b"ey")
        assert "from .env" not in page
        assert f"http://{HOST}:{ports['API_PORT']}/docs" in page
        assert f"http://{HOST}:{ports['REST_PORT']} " in page
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

    def test_same_port_twice(self, start: Start, ports: dict[str, int]) -> None:
        run = start({**ports, "REST_PORT": ports["API_PORT"]})
        assert f"API_PORT and REST_PORT are both {ports['API_PORT']}" in run.read_until("Error: ")
        assert run.wait() == 1
