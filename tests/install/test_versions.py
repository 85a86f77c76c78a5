"""Which versions of Postgres an installation accepts: the tests have 15 and 18."""

import pytest

from api.install import plan
from api.install.errors import InstallError
from api.install.live import Survey


def of_version(version: int) -> Survey:
    return Survey({}, {}, [], "", True, False, version, "UTC", [])


def test_too_old() -> None:
    with pytest.raises(InstallError, match="PostgreSQL 14: 15 or newer is needed"):
        plan._is_known(of_version(14), [])


def test_new_enough() -> None:
    plan._is_known(of_version(15), [])
