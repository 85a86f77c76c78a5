"""Where the tests' Supabase comes from."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.local.project import Project
from api.local.stack import Stack


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder below which another user can work: Postgres is one when root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="session-api-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def local_stack() -> Iterator[Project]:
    """The embedded stack, with free ports and data of its own, migrated and otherwise empty."""
    with scratch_folder() as folder, Stack.scratch(folder / "stack") as stack:
        stack.migrate()
        yield stack
