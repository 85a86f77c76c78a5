"""The code in docs/frontend.md and in the client's README is compiled, quoted or run."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.migrations import PROJECT
from tests.actors import NewWingman
from tests.clients.node import CLIENT, run
from tests.clients.test_generators import OPTIONS, python_client

PAGE = (PROJECT / "docs" / "frontend.md").read_text()
README = (CLIENT / "README.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"// (examples/\S+)\n")


def blocks(text: str, *languages: str) -> list[str]:
    """The blocks of code in these languages."""
    return [code for language, code in BLOCK.findall(text) if language in languages]


TYPESCRIPT = blocks(PAGE, "ts", "tsx")


def test_quotes_are_the_examples_files() -> None:
    quoted = [(it[1], code) for code in TYPESCRIPT if (it := QUOTED.match(code))]
    assert len(quoted) >= 5
    for path, code in quoted:
        assert code.partition("\n")[2].strip() == (PROJECT / path).read_text().strip(), path


def test_the_rest_compiles(built: Path, tmp_path: Path) -> None:
    code = [it for it in TYPESCRIPT if not QUOTED.match(it)] + blocks(README, "ts")
    assert len(code) >= 4
    (tmp_path / "types").mkdir()
    (tmp_path / "types" / "database.ts").write_text((PROJECT / "types" / "database.ts").read_text())
    (tmp_path / "node_modules").symlink_to(CLIENT / "node_modules")
    for number, it in enumerate(code):
        (tmp_path / f"block{number}.ts").write_text(f"{it}\nexport {{}};\n")
    here = {"paths": {"session-api-client": [str(built / "index.d.ts")]}}
    options = {**OPTIONS, "compilerOptions": {**OPTIONS["compilerOptions"], **here}}
    (tmp_path / "tsconfig.json").write_text(json.dumps(options))
    run("tsc", "-p", ".", cwd=tmp_path)


def test_commands_are_those_that_are_tested() -> None:
    (_, recipe) = blocks(PAGE, "sh")
    generate = "generate --path types/openapi.json --meta none --output-path session_api_client"
    assert generate in recipe


def test_python(api: str, wingman: NewWingman, tmp_path: Path) -> None:
    python_client(tmp_path)
    session = wingman()
    (code,) = blocks(PAGE, "python")
    arranged = f"url, token = {api!r}, {session.user1.token!r}\n{code}\nprint(page.total)\n"
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", arranged], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert said.stdout == "1\n"


@pytest.mark.parametrize("name", ["llms.txt", "AGENTS.md"])
def test_pages_for_agents_point_to_what_there_is(name: str) -> None:
    links = re.findall(r"\]\(([^):]+)\)", (PROJECT / name).read_text())
    assert len(links) >= 4
    assert [it for it in links if not (PROJECT / it.partition("#")[0]).exists()] == []
