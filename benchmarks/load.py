"""The load: wrk, one process, with the requests of a file.

wrk because it is small, old and in every distribution, and costs a tenth of what any generator
written in Python does: on the machine that it shares with the servers, that would be the measure.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = Path(__file__).with_name("load.lua")
_PATIENCE_SECONDS = 30


class LoadError(Exception):
    """The load could not be applied, or was not answered. The message is shown to the user."""


@dataclass(frozen=True)
class Line:
    """One HTTP request, ready to be sent."""

    method: str
    path: str
    authorization: str
    prefer: str = ""
    body: str = ""


@dataclass(frozen=True)
class Answered:
    """The answers of one run."""

    answers: int
    seconds: float
    bytes: int
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float


def require_wrk() -> str:
    """Return wrk's path.

    Raises:
        LoadError: there is none.

    """
    found = shutil.which("wrk")
    if found is None:
        raise LoadError(
            "The load generator wrk is not on PATH: install it with `apt-get install wrk` or "
            "`brew install wrk`."
        )
    return found


def write(lines: Iterable[Line], path: Path) -> None:
    """Write the file that `run` sends."""
    path.write_text(
        "".join(
            "\t".join((line.method, line.path, line.authorization, line.prefer, line.body)) + "\n"
            for line in lines
        )
    )


def run(
    url: str,
    requests: Path,
    *,
    seconds: float,
    connections: int,
    once: bool = False,
    cores: set[int] | None = None,
) -> Answered:
    """Send the file's requests to `url` for so many seconds.

    Args:
        url: where to, without a path.
        requests: the file, see `write`.
        seconds: how long; at least one.
        connections: how many requests are under way at any time.
        once: no request may be sent twice.
        cores: where wrk runs; anywhere if not given.

    Raises:
        LoadError: wrk is missing or fails.

    """
    result = subprocess.run(  # noqa: S603
        [
            *(require_wrk(), "--threads", "1", "--connections", str(connections)),
            *("--duration", f"{max(1, round(seconds))}s", "--timeout", f"{_PATIENCE_SECONDS}s"),
            *("--script", str(_SCRIPT), url, "--", str(requests), "once" if once else "again"),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 2 * _PATIENCE_SECONDS,
        preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
    )
    last = result.stdout.strip().rpartition("\n")[2]
    if result.returncode != 0 or not last.startswith("{"):
        raise LoadError(f"wrk failed:\n{result.stdout}{result.stderr}")
    return Answered(**json.loads(last))
