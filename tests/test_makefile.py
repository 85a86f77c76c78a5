"""`make` names missing programs first, and keeps working in a moved folder."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder in which nothing is installed yet."""
    for name in ["Makefile", "package.json", "package-lock.json", "pyproject.toml"]:
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


def make(project: Path, *args: str, path: Path | None = None) -> str:
    """What `make` says there, where the programs in `path`, if given, are all there are."""
    program = shutil.which("make")
    assert program is not None
    result = subprocess.run(  # noqa: S603 - our own Makefile
        [program, *args],
        cwd=project,
        env={"PATH": str(path or Path("/usr/bin:/bin"))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return result.stdout


class TestMissing:
    @pytest.fixture
    def path(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """A folder with what recipes need, without Python and Node."""
        folder = tmp_path_factory.mktemp("bin")
        for name in ["sh", "rm", "touch"]:
            (folder / name).symlink_to(str(shutil.which(name)))
        return folder

    @pytest.mark.parametrize("target", ["run", "types"])
    @pytest.mark.parametrize(
        ("there", "missing"), [({"node", "npm"}, "Python 3.11"), ({"python3"}, "Node 20")]
    )
    def test_before_anything_is_installed(
        self, project: Path, path: Path, target: str, there: set[str], missing: str
    ) -> None:
        for name in there:
            (path / name).symlink_to(str(shutil.which("true")))
        said = make(project, target, path=path)
        assert f"{missing} or newer is needed" in said
        assert "Installing" not in said


class TestMoved:
    def test_runs_nothing_that_names_the_folder(self) -> None:
        programs = set(re.findall(r"\$\(BIN\)/([\w-]+)", MAKEFILE))
        assert "python" in programs
        for name in programs:
            assert not Path(sys.executable).with_name(name).read_bytes().startswith(b"#!"), name

    def test_is_installed_again(self, project: Path) -> None:
        installed = project / ".venv" / ".complete"
        installed.parent.mkdir()
        installed.write_text(f"{project.resolve()}\n")
        assert "pip install" not in make(project, "-n", "check")
        installed.write_text("/somewhere/else\n")
        assert "pip install" in make(project, "-n", "check")
