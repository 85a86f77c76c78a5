"""Where the tests' Supabase comes from: `pytest --stack=local|debian|containers|url`."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from local.project import Project
from tests.stacks import local, url
from tests.stacks.folder import scratch_folder
from tests.stacks.spare import Spare

__all__ = ["STACKS", "Provider", "Spare", "scratch_folder"]


class Provider:
    """One kind of stack.

    Args:
        require: raises `pytest.UsageError`, in a line, where there can be no such stack.
        stack: one that the whole run shares: migrated, and otherwise empty or somebody's.
        spare: another of the kind, which a test may break; `None` where there is no other.

    """

    def __init__(
        self,
        require: Callable[[], None],
        stack: Callable[[], AbstractContextManager[Project]],
        spare: Callable[[], AbstractContextManager[Spare]] | None,
    ) -> None:
        self.require = require
        self.stack = stack
        self.spare = spare


def _local() -> Provider:
    return Provider(lambda: None, local.stack, local.stack)


def _containers() -> Provider:
    from tests.stacks import containers  # Docker's libraries: only those who ask wait for them

    return Provider(containers.require, containers.stack, containers.stack)


def _debian() -> Provider:
    from tests.stacks import debian  # only for those who ask

    return Provider(debian.require, debian.stack, debian.stack)


def _url() -> Provider:
    return Provider(url.require, url.stack, None)


STACKS: Final = {
    "local": _local,
    "debian": _debian,
    "containers": _containers,
    "url": _url,
}
