"""What the pages say of the local stack can be typed, and answers what they say."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local.stack import Stack

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [ROOT / "README.md", ROOT / "docs" / "local.md"]


def commands() -> list[tuple[str, str]]:
    """Each command that asks the stack, with what is said to come of it."""
    blocks = [block for page in PAGES for block in BLOCK.findall(page.read_text())]
    asked = [re.split(r"(?<!\\)\n", block, maxsplit=1) for block in blocks]
    return [
        (command.removeprefix("$ "), output.strip())
        for command, output in asked
        if ":54321" in command or "-m local advance" in command
    ]


@pytest.mark.parametrize(("command", "output"), commands())
def test_command(demo: Stack, command: str, output: str) -> None:
    command = command.replace("127.0.0.1:54321", urlsplit(demo.url).netloc)
    command = command.replace(".venv/bin/python", sys.executable)
    said = subprocess.run(  # noqa: S602 - our own pages
        command,
        shell=True,
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(demo.data_dir)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    pattern = re.escape(output).replace("…", ".*")
    assert re.fullmatch(re.sub(r"\d+\\ rows", r"\\d+\\ rows", pattern), said.strip()), said


def test_there_are_some() -> None:
    assert len(commands()) >= 3
