"""The API in processes forked from one that has already imported it.

Each is a server with its own environment, as from `api_server`, started in a quarter of the time.
"""

import os
import signal
import sys
import time
from collections.abc import Mapping
from multiprocessing import get_context
from multiprocessing.forkserver import ensure_running
from pathlib import Path

from local.addresses import HOST, is_healthy
from local.launch import die_with_parent

_START_SECONDS = 30

_processes = get_context("forkserver")
_processes.set_forkserver_preload(["api.serve", "api.main", __name__])


def preload() -> None:
    """Start the original process without waiting for it."""
    ensure_running()


class PreloadedApi:
    """The API's process: not started yet, ready when `/healthz` is.

    Args:
        port: where it listens, on this machine only.
        env: its whole environment.
        folder: where it runs, and so whose `.env` it reads.
        log: the file for its log.

    """

    def __init__(self, port: int, env: Mapping[str, str], folder: Path, log: Path) -> None:
        self._port = port
        self._log = log
        self._process = _processes.Process(
            target=_serve, args=(port, dict(env), folder, log), daemon=True
        )

    def start(self) -> None:
        """Start it and wait until it is ready.

        Raises:
            RuntimeError: it ended or took too long; the message ends with its log.

        """
        self._process.start()
        deadline = time.monotonic() + _START_SECONDS
        while not is_healthy(self._port, "/healthz"):
            if not self._process.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(f"The API does not start: {self._log.read_text()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it: with SIGTERM, then with SIGKILL. Does nothing if it has not started."""
        if self._process.pid is None:
            return
        self._process.terminate()
        self._process.join(10)
        self._process.kill()
        self._process.join()
        self._process.close()


def _serve(port: int, env: dict[str, str], folder: Path, log: Path) -> None:
    from api.serve import serve  # what imports this file needs none of it

    die_with_parent(signal.SIGKILL)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    with log.open("wb") as file:
        for output in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), output.fileno())
    serve(HOST, port)
