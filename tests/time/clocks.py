"""Clocks that a test sets: libfaketime, from Debian, under real processes.

A process that is started with a clock's variables reads the clock's offset from a file each time it
asks for the time. Programs that are linked statically, such as npm's PostgREST, cannot be given
another time: theirs is the real one, and the others are set ahead of it or behind.
"""

import os
import shlex
from pathlib import Path

import pytest

NAME = "libfaketimeMT.so.1"


def library() -> Path:
    """Return where libfaketime is; skip the test if it is not installed."""
    found = next(Path("/usr/lib").glob(f"**/faketime/{NAME}"), None)
    if found is None:
        pytest.skip("libfaketime is not installed: apt-get install faketime")
    return found


class Clock:
    """The clock of one or more processes, right until it is set.

    Args:
        file: where its offset stands; every process that it is for must be able to read it.
        monotonic: whether the clock that measures durations moves along, as if the time passed.
            Without, the time of day alone is wrong.

    """

    def __init__(self, file: Path, *, monotonic: bool = False) -> None:
        self._file = file
        self.offset = 0
        self.variables = {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "0" if monotonic else "1",
            "NO_FAKE_STAT": "1",
        }
        self.set(0)

    def set(self, seconds: int) -> None:
        """Set it so many seconds ahead of the real time."""
        written = self._file.with_suffix(".new")
        written.write_text(f"{seconds:+d}\n")
        written.chmod(0o644)
        os.replace(written, self._file)  # a reader finds the old offset or the new one
        self.offset = seconds

    def programs(self, originals: Path, folder: Path) -> Path:
        """Make a copy of a server's programs, in which `postgres` has this clock.

        Its variables are set for no process before that one: root's would keep for itself what
        libfaketime shares among a process and its children.
        """
        folder.mkdir(mode=0o755)
        for program in originals.iterdir():
            (folder / program.name).symlink_to(program)
        set_clock = shlex.join(f"{name}={value}" for name, value in self.variables.items())
        script = folder / "postgres"
        script.unlink()
        script.write_text(
            f'#!/bin/sh\nexec env {set_clock} {shlex.quote(str(originals / "postgres"))} "$@"\n'
        )
        script.chmod(0o755)
        return folder
