"""New projects, and what the command refuses."""

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import main
from api.kinds import KINDS
from tests.install.conftest import Living
from tests.install.site import Site

MakeLiving = Callable[..., Living]
CHOICES = [(kind,) for kind in KINDS] + [*combinations(KINDS, 2)] + [tuple(KINDS)]


@pytest.mark.parametrize("kinds", CHOICES, ids=",".join)
def test_each_choice(
    living: MakeLiving, serve: Callable[[Living, str], Site], kinds: tuple[str, ...]
) -> None:
    project = living()
    result = project.install(",".join(kinds))
    assert result.exit_code == 0, result.output
    project.push()
    site = serve(project, ",".join(kinds))
    assert [finding for check in site.examine() for finding in check.findings] == []


def test_without_a_database(tmp_path: Path) -> None:
    (tmp_path / "supabase").mkdir()
    result = CliRunner().invoke(
        main, ["install", str(tmp_path), "--kinds", "chat"], env={"DATABASE_URL": ""}
    )
    assert result.exit_code == 0
    assert "assumed to be empty" in result.output
    (path,) = (tmp_path / "supabase" / "migrations").iterdir()
    assert "create table public.chat_sessions" in path.read_text()


def test_is_the_newest(tmp_path: Path) -> None:
    folder = tmp_path / "supabase" / "migrations"
    folder.mkdir(parents=True)
    (folder / "20990101000000_mine.sql").write_text("select 1;")
    CliRunner().invoke(
        main, ["install", str(tmp_path), "--kinds", "chat"], env={"DATABASE_URL": ""}
    )
    assert max(path.name for path in folder.iterdir()) == "20990101000001_session_api.sql"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--kinds", "dance"], "no kind"),
        (["--kinds", ""], "no kind"),
        (["--kinds", "chat", "--names", "a.b.c"], "--names"),
        (["--kinds", "chat", "--database-url", "postgresql://u:hush@127.0.0.1:1/x"], "cannot be"),
        (["--kinds", "chat", "--database-url", "hush"], "cannot be"),
    ],
)
def test_refused_in_one_line(tmp_path: Path, arguments: list[str], says: str) -> None:
    (tmp_path / "supabase").mkdir()
    result = CliRunner().invoke(
        main, ["install", str(tmp_path), *arguments], env={"DATABASE_URL": ""}
    )
    assert result.exit_code == 2
    assert says in result.output.splitlines()[-1]
    assert "hush" not in result.output
    assert not (tmp_path / "supabase" / "migrations").exists()


def test_no_project(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["install", str(tmp_path), "--kinds", "chat"])
    assert result.exit_code == 2
    assert "supabase init" in result.output
