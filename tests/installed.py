"""The kinds whose tables the tests' database has: `TEST_KINDS=wingman,chat`, or all."""

import os
import shutil
from pathlib import Path
from typing import Final

from api.kinds import KINDS
from local.migrations import PROJECT, of_units

INSTALLED: Final = tuple((os.environ.get("TEST_KINDS") or ",".join(KINDS)).split(","))
ALL_ARE: Final = set(INSTALLED) == set(KINDS)


def project(folder: Path) -> Path:
    """Return a project with their migrations alone, made in `folder` unless they are all."""
    if ALL_ARE:
        return PROJECT
    supabase = folder / "supabase"
    (supabase / "migrations").mkdir(parents=True)
    shutil.copy(PROJECT / "supabase" / "config.toml", supabase)
    for migration in of_units(["base", *INSTALLED]):
        shutil.copy(migration, supabase / "migrations")
    return folder
