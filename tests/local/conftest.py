"""Stacks of this folder's own: what is tested here is how they start, stop and fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack import Stack
from tests.stacks.folder import scratch_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that another user can reach."""
    with scratch_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def running() -> Iterator[Stack]:
    """A stack that runs, without the migrations: for tests that only need one to be there."""
    with scratch_folder() as folder, Stack.scratch(folder / "stack") as stack:
        yield stack
