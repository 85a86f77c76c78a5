"""What tests of living projects share: how one is made and served, and its users."""

from collections.abc import Callable

from tests.install.conftest import Living
from tests.install.site import Site

MakeLiving = Callable[..., Living]
Serve = Callable[[Living, str], Site]
ONE, TWO, THREE = (f"10000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))


def is_green(site: Site) -> bool:
    checks = site.examine()
    assert [finding for check in checks for finding in check.findings] == []
    assert [check.skipped for check in checks if check.skipped] == []
    return True
