"""The embedded stack: no Docker, the same as `make run`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.local.addresses import HOST, free_port
from api.local.postgrest import configuration, postgrest
from api.local.stack import Stack
from tests.stacks.folder import scratch_folder


class LocalStack(Stack):
    """An embedded stack for tests."""

    @contextmanager
    def another_postgrest(self, **settings: str) -> Iterator[str]:
        """See `Spare`."""
        port = free_port()
        child = postgrest(
            port,
            (self._postgres.socket_folder, self._postgres.port),
            configuration(self.jwt_secret) | settings,
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
    """A stack with free ports and data of its own, migrated and otherwise empty."""
    with scratch_folder() as folder, LocalStack.scratch(folder / "stack") as scratch:
        scratch.migrate()
        yield scratch
