"""A stack whose processes a test may kill."""

from collections.abc import Iterator

import pytest

from local.stack import Stack
from tests.stacks import local


@pytest.fixture(scope="module")
def embedded(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """An embedded stack, whatever `--stack` says: the spare one, where that is one."""
    if request.config.getoption("stack") == "local":
        yield request.getfixturevalue("spare")
    else:
        with local.stack() as stack:
            yield stack
