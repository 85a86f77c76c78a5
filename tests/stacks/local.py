"""The embedded stack: no Docker, the same as `make run`."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import migrations
from local.addresses import HOST, free_port
from local.postgres import Postgres
from local.postgrest import configuration, postgrest
from local.stack import Stack
from tests.installed import project
from tests.stacks.folder import scratch_folder

_SHARED = "SESSION_API_TEST_DATA"


class LocalStack(Stack):
    """An embedded stack for tests."""

    @contextmanager
    def database_away(self) -> Iterator[None]:
        """Stop Postgres, and start it again."""
        self._postgres.stop()
        try:
            yield
        finally:
            self._postgres.start()

    @contextmanager
    def another_postgrest(self, **settings: str) -> Iterator[str]:
        """See `Spare`."""
        port = free_port()
        child = postgrest(
            port,
            (self._postgres.socket_folder, self._postgres.port),
            configuration(self.verification_keys) | settings,
            self._marker,
            self.data_dir / f"postgrest-{port}.log",
        )
        try:
            child.start()
            yield f"http://{HOST}:{port}"
        finally:
            child.stop()
            Path(self.data_dir, f"postgrest-{port}.log").unlink(missing_ok=True)


@contextmanager
def stack() -> Iterator[LocalStack]:
    """A stack with free ports and its own data, migrated and otherwise empty."""
    with scratch_folder() as folder:
        data = folder / "stack"
        data.mkdir()
        (data / "stack.lock").touch()  # a stack has been here
        if shared := os.environ.get(_SHARED):
            _copy(_made_once(Path(shared)), data)
        else:
            _make(data)
        with LocalStack.scratch(data) as scratch:
            yield scratch


@contextmanager
def shared_data() -> Iterator[None]:
    """Let this process and its children make the data once, and copy it for each stack."""
    with scratch_folder() as folder:
        os.environ[_SHARED] = str(folder)
        try:
            yield
        finally:
            del os.environ[_SHARED]


def _made_once(folder: Path) -> Path:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / "made"
        if not made.exists():
            making = folder / "making"
            making.mkdir(exist_ok=True)
            _make(making)
            making.rename(made)
    return made


def _make(folder: Path) -> None:
    name = folder.parent.name
    postgres = Postgres(
        folder / "postgres", free_port(), name, folder / "postgres.log", is_scratch=True
    )
    try:
        postgres.start()
        migrations.migrate(postgres.url, project(folder / "project"))
    finally:
        postgres.stop()


def _copy(made: Path, folder: Path) -> None:
    # whoever owns it: Postgres runs as another user where root runs the tests
    subprocess.run(["cp", "-a", made / "postgres", folder], check=True)  # noqa: S603, S607
