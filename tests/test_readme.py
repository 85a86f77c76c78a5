"""The docs are true: their settings, tree, links and numbers match the code."""

import re
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from api.settings import Settings
from tests.policies import pgtap
from tools import pages

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text()
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def default(field: FieldInfo) -> str:
    """The default as a person would set it; empty where it follows from other settings."""
    if field.default in (PydanticUndefined, None, (), {}):
        return ""
    value = field.default
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def test_every_setting() -> None:
    rows = [
        f"| `{name.upper()}` | {default(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    table = re.findall(r"^\| `[A-Z_]+` \|.*$", CONFIGURATION, re.MULTILINE)
    assert table == rows, "the table in docs/configuration.md should be:\n" + "\n".join(rows)


def test_kinds() -> None:
    assert pages.with_kinds(README) == README, "run `make types`"


def test_counts() -> None:
    proof = pages.PROOF.read_text()
    assert pages.with_counts(proof, pgtap.files()) == proof, "run `make types`"


def test_every_make_target() -> None:
    named = {
        it
        for page in PAGES
        for it in re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(), re.MULTILINE)
    }
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"run", "test", "policies"} <= named & targets
    assert named - targets == set()


def test_every_name_in_the_tree() -> None:
    tree = README.split("<!-- tree -->\n```\n")[1].split("```")[0]
    paths = re.findall(r"^\S+", tree, re.MULTILINE)
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_link_between_pages() -> None:
    links = [
        (page, link.partition("#")[0])
        for page in PAGES
        for link in re.findall(r"\]\(([^):]+)\)", page.read_text())
    ]
    assert len(links) > 30
    assert [(page, link) for page, link in links if not (page.parent / link).exists()] == []
