"""The mutants that no test can notice, each with its reason, in `equivalents.toml`."""

import tomllib
from pathlib import Path
from typing import Final

from tests.python_mutants.found import Change

FILE: Final = Path(__file__).with_name("equivalents.toml")


def equivalents() -> dict[Change, str]:
    """Return the listed changes and their reasons."""
    return {
        Change(each["module"], each["function"], each["old"], each["new"]): each["why"]
        for each in tomllib.loads(FILE.read_text())["mutants"]
    }
