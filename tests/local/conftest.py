"""Stacks of this folder's own: what is tested here is how they start, stop and fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stacks.folder import scratch_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that another user can reach."""
    with scratch_folder() as folder:
        yield folder
