"""Projects that already live, and installations into them."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from api.cli import main
from local.migrations import PROJECT, migrate
from tests.install import state
from tests.install.servers import MORE, Server, programs, server
from tests.install.site import Site, served
from tests.preloaded import preload

VERSIONS = [version for version in (18, 15, *MORE) if programs(version) is not None]
PROJECTS = Path(__file__).with_name("projects")


@dataclass
class Living:
    """A project's database and folder."""

    server: Server
    database: str
    folder: Path

    @property
    def url(self) -> str:
        """The database, for the project's own `postgres`."""
        return self.server.url(self.database)

    def install(self, kinds: str, *arguments: str, url: str | None = None) -> Result:
        """Run the command."""
        given = ["install", str(self.folder), "--kinds", kinds, *arguments]
        env = {"DATABASE_URL": self.url if url is None else url}
        return CliRunner().invoke(main, given, env=env)

    def written(self) -> list[Path]:
        """The folder's migrations."""
        return sorted((self.folder / "supabase" / "migrations").glob("*.sql"))

    def answer(self, result: Result) -> int:
        """Run what the report suggests; return how many statements that were."""
        suggestions = re.findall(r"a suggestion: (.+)", result.output)
        self.run("\n".join(suggestions))
        return len(suggestions)

    def run(self, statements: str) -> None:
        """Run statements as the project's `postgres`."""
        if statements:
            with psycopg.connect(self.url) as connection:
                connection.execute(statements.encode())

    def push(self) -> None:
        """Let the Supabase CLI apply the folder's migrations."""
        migrate(self.url, self.folder)

    def definitions(self) -> dict[str, str]:
        """See `state.definitions`."""
        with psycopg.connect(self.url) as connection:
            return state.definitions(connection)

    def access(self) -> dict[str, str]:
        """See `state.access`."""
        with psycopg.connect(self.url) as connection:
            return state.access(connection)

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """See `state.rows`."""
        with psycopg.connect(self.url) as connection:
            return state.rows(connection)

    def one(self, query: str) -> Any:
        """The only value that a query finds."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def project(server: Server, parent: Path, name: str = "", statements: str = "") -> Living:
    """Make a project, in a folder of this parent."""
    folder = parent / (name or "new")
    (folder / "supabase" / "migrations").mkdir(parents=True)
    config = (PROJECT / "supabase" / "config.toml").read_text()
    (folder / "supabase" / "config.toml").write_text(config)
    before = (PROJECTS / f"{name}.sql").read_text() if name else ""
    return Living(server, server.database(before + statements), folder)


@pytest.fixture(scope="session", params=VERSIONS)
def postgres(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of each version that this machine has."""
    preload()
    with server(request.param) as running:
        yield running


@pytest.fixture
def living(postgres: Server, tmp_path: Path) -> Callable[..., Living]:
    """Make a project with the tables and rows of `projects/<name>.sql`."""
    return lambda name="", statements="": project(postgres, tmp_path, name, statements)


@pytest.fixture
def serve() -> Iterator[Callable[[Living, str], Site]]:
    """Serve a project's kinds."""
    with ExitStack() as cleanup:
        yield lambda project, kinds: cleanup.enter_context(
            served(project.server, project.database, kinds)
        )
