"""`python -m benchmarks.instructions`: count, and print the table of docs/performance.md."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from api.settings import LOCAL_JWT_SECRET, LOCAL_PUBLISHABLE_KEY
from benchmarks.instructions.requests import AT_A_TIME, REQUESTS, WORKS

MISSING: Final = (
    "valgrind counts the instructions: apt-get install valgrind, or dnf install valgrind. It does "
    "not run on macOS: use a Linux machine or a container there."
)
GENEROUS: Final = "1000000/minute"


@contextmanager
def upstream() -> Iterator[str]:
    """Run what stands in for PostgREST; yield its address."""
    command = [sys.executable, "-m", "benchmarks.instructions.upstream"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    try:
        port = running.stdout.readline().strip() if running.stdout else ""
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait()


def count(work: str, postgrest: str, folder: Path) -> float:
    """Return a request's instructions, in millions.

    Raises:
        SystemExit: a request failed; its text ends with what the process said.

    """
    counts = folder / f"{work}.callgrind"
    counted = subprocess.run(  # noqa: S603 - our own program
        [
            *("valgrind", "--tool=callgrind", "--instr-atstart=no"),
            f"--callgrind-out-file={counts}",
            *(sys.executable, "-m", "benchmarks.instructions.requests", work),
        ],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONHASHSEED": "0",
            "ENVIRONMENT": "development",
            "SUPABASE_URL": postgrest,
            "POSTGREST_URL": postgrest,
            "SUPABASE_JWT_SECRET": LOCAL_JWT_SECRET,
            "SUPABASE_PUBLISHABLE_KEY": LOCAL_PUBLISHABLE_KEY,
            "RATE_LIMIT_READ": GENEROUS,
            "RATE_LIMIT_CREATE": GENEROUS,
            "LOG_FORMAT": "json",
            "DATABASE_TIMEOUT": "10",  # valgrind is slow
        },
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if counted.returncode:
        raise SystemExit(f"{work} could not be counted:\n{counted.stderr[-2000:]}")
    [total] = re.findall(r"^totals: (\d+)", counts.read_text(), re.MULTILINE)
    return int(total) / REQUESTS / 1e6


@click.command(help=__doc__)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path, exists=True),
    help="A folder for valgrind's counts, for callgrind_annotate.",
)
def main(keep: Path | None) -> None:
    """Count each work."""
    if shutil.which("valgrind") is None:
        raise SystemExit(MISSING)
    click.echo(f"| {REQUESTS} requests, {AT_A_TIME} at a time | million instructions per request |")
    click.echo("|---|---|")
    with upstream() as postgrest, tempfile.TemporaryDirectory() as folder:
        for name, work in WORKS.items():
            click.echo(f"| {work.title} | {count(name, postgrest, keep or Path(folder)):.2f} |")


if __name__ == "__main__":
    main()
