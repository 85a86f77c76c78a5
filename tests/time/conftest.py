"""A site whose clocks a test may set, and finds right."""

from collections.abc import Iterator

import pytest

from tests.time.site import Api, Site, site


@pytest.fixture(scope="package")
def clocks() -> Iterator[Site]:
    with site() as clocks:
        yield clocks


@pytest.fixture
def at(clocks: Site) -> Iterator[Site]:
    """The site, with every clock right until the test sets one."""
    yield clocks
    clocks.end_test()


@pytest.fixture(params=["rest", "direct"])
def api(at: Site, request: pytest.FixtureRequest) -> Api:
    """Each of the two APIs."""
    found: Api = getattr(at, request.param)
    return found
