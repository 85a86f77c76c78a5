"""Programs of the TypeScript client's `node_modules`."""

import os
import subprocess
from pathlib import Path
from typing import Final

CLIENT: Final = Path(__file__).parents[2] / "clients" / "typescript"
BIN: Final = CLIENT / "node_modules" / ".bin"


def run(*command: str, cwd: Path = CLIENT, **env: str) -> str:
    """Run a program and return its output.

    Raises:
        AssertionError: it failed, with its words.
    """
    assert BIN.exists(), "run `make test`, or `npm ci` in clients/typescript"
    result = subprocess.run(  # noqa: S603
        command,
        cwd=cwd,
        env={"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    return result.stdout
