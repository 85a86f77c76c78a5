"""docs/install.md names every reason for which an installation stops, in the command's words."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import api.install

SOURCES = sorted(Path(api.install.__path__[0]).glob("*.py"))
PAGE = Path(__file__).parents[2] / "docs" / "install.md"


def words(node: ast.expr) -> str:
    """A text as the page has it: `…` for what differs from case to case."""
    match node:
        case ast.Constant(value=str(text)):
            return text.replace("`", "")
        case ast.JoinedStr(values=values):
            return "".join(words(value) for value in values)
        case ast.FormattedValue():
            return "…"
    raise TypeError(ast.dump(node))


def reasons() -> Iterator[str]:
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            match node:
                case ast.FunctionDef(name="misfits"):
                    for inner in ast.walk(node):
                        if isinstance(inner, ast.Yield) and inner.value is not None:
                            yield words(inner.value)
                case ast.Call(func=ast.Name(id="InstallError"), args=[text]):
                    yield words(text)
                case ast.Call(func=ast.Name(id="hindrance"), args=[_, _, text, *_]):
                    yield words(text)
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="problems"), attr="append"), args=[text]
                ):
                    yield words(text)


@pytest.mark.parametrize("reason", sorted(set(reasons())))
def test_is_on_the_page(reason: str) -> None:
    assert f"`{reason}`" in PAGE.read_text()


def test_nothing_else_is_on_the_page() -> None:
    section = PAGE.read_text().partition("## What stops it")[2].partition("\n## ")[0]
    listed = [
        line.split("|")[1].strip().strip("`")
        for line in section.splitlines()
        if line.startswith("| `")
    ]
    assert sorted(listed) == sorted(set(reasons()))
