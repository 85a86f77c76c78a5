"""Child processes: started with a log, never outliving the stack, stopped in bounded time."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from local.accounts import Account
from local.errors import LocalError

STACK_VARIABLE = "SESSION_API_STACK"
"""The environment variable by which a later start recognizes the children of a killed stack."""

_LAUNCH = Path(__file__).with_name("launch.py")
_LOG_LINES = 15
_LAST_RESORT = (signal.SIGQUIT, signal.SIGKILL)


class Child:
    """A program that runs as long as the stack does, and can be started again.

    Args:
        name: what a person calls it.
        argv: the program, with its full path, and its arguments.
        env: its whole environment.
        is_ready: whether it can be used; called repeatedly while it starts.
        start_seconds: how long it may take until then.
        folder: where it runs; `None` for the caller's.
        log: the file its output goes to, emptied at each start; `None` for the terminal.
        account: whom to run as; `None` for the caller.
        stop_signal: what makes it stop in good order.
        death_signal: what Linux sends it when the stack dies without having stopped it.

    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        is_ready: Callable[[], bool],
        start_seconds: float,
        folder: Path | None = None,
        log: Path | None = None,
        account: Account | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        death_signal: signal.Signals = signal.SIGKILL,
    ) -> None:
        self.name = name
        self._argv = argv
        self._env = env
        self._is_ready = is_ready
        self._start_seconds = start_seconds
        self._folder = folder
        self._log = log
        self._account = account
        self._stop_signal = stop_signal
        self._death_signal = death_signal
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the program and wait until it is ready.

        Raises:
            LocalError: it ended or took too long; the message ends with its log.

        """
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start the program; `wait` waits until it is ready."""
        with contextlib.ExitStack() as files:
            output = None if self._log is None else files.enter_context(self._log.open("wb"))
            account = self._account
            self._process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                [
                    *(sys.executable, "-I", "-S", str(_LAUNCH)),
                    str(os.getpid()),
                    str(int(self._death_signal)),
                    "-" if account is None else f"{account.uid}:{account.gid}",
                    *self._argv,
                ],
                env=self._env,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=None if output is None else subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches only the stack, which stops them in order
            )

    def wait(self) -> None:
        """Wait until the launched program is ready.

        Raises:
            LocalError: it ended or took too long; the message ends with its log.

        """
        deadline = time.monotonic() + self._start_seconds
        while not self._is_ready():
            if not self._is_running():
                raise LocalError(f"{self.name} ended while starting.{self._last_words()}")
            if time.monotonic() > deadline:
                raise LocalError(f"{self.name} does not become ready.{self._last_words()}")
            time.sleep(0.02)

    def check(self) -> None:
        """Make sure that the program is still running.

        Raises:
            LocalError: it has ended by itself; the message ends with its log.

        """
        if not self._is_running():
            raise LocalError(f"{self.name} has ended by itself.{self._last_words()}")

    def stop(self, seconds: float = 10) -> None:
        """End the program: by signal, after `seconds` by force. Does nothing if it has ended."""
        process, self._process = self._process, None
        if process is None:
            return
        for attempt in (self._stop_signal, *_LAST_RESORT):
            process.send_signal(attempt)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
                return

    def _is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _last_words(self) -> str:
        if self._log is None:
            return ""
        lines = self._log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
        return "\n".join([f" The end of {self._log}:", *(f"  {line}" for line in lines)])


def end_leftovers(marker: str) -> None:
    """End processes that a killed stack has left running.

    Args:
        marker: the stack's; its children carry it in `STACK_VARIABLE`, or in their title as
            Postgres's `cluster_name`.

    """
    leftovers = [process for process in psutil.process_iter() if _belongs(process, marker)]
    _end(leftovers, signal.SIGINT)


def end_children() -> None:
    """End the programs that this process has started and that are still running.

    A signal that comes just as a program is started leaves nobody to stop it.
    """
    _end(psutil.Process().children(recursive=True), signal.SIGTERM)


def _end(processes: list[psutil.Process], politely: signal.Signals) -> None:
    for attempt in (politely, signal.SIGKILL):
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(attempt)
        _, processes = psutil.wait_procs(processes, timeout=5)


def _belongs(process: psutil.Process, marker: str) -> bool:
    try:
        if process.name() == "postgres":
            return any(marker in argument for argument in process.cmdline())
        return process.environ().get(STACK_VARIABLE) == marker
    except (psutil.Error, OSError):
        return False
