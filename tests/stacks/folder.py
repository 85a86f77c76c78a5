"""Where a test's files are."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder below which another user can work: Postgres is one when root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="session-api-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
