"""Stacks of this folder's own: what is tested here is how they start, stop and fail."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local.stack import Stack
from tests.stacks import local
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


@pytest.fixture(scope="session")
def demo() -> Iterator[Stack]:
    """A stack that runs, with the schema and the demo data."""
    with local.stack() as stack:
        stack.seed()
        yield stack


@pytest.fixture
def demo_sql(demo: Stack) -> Iterator[psycopg.Connection]:
    """The demo stack's database for its owner; each statement commits."""
    with psycopg.connect(demo.database_url, autocommit=True) as connection:
        yield connection
