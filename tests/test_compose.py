"""compose.yaml passes on every setting that a self-hoster may choose."""

import re
from pathlib import Path

from api.settings import Settings

COMPOSE = (Path(__file__).parents[1] / "compose.yaml").read_text()

# where the parts are, compose.yaml knows itself: one database; test authentication is refused in
# production
FIXED = {"ENVIRONMENT", "SUPABASE_URL", "POSTGREST_URL", "API_DATABASE_URL"}
ABSENT = {"SUPABASE_PUBLISHABLE_KEY", "ENABLE_TEST_AUTH", "CELLS", "CELL_CLAIM"}


def environment_of_the_api() -> dict[str, str | None]:
    """What stands in the list; `None` is a value from `.env` or the shell, if there is one."""
    service = COMPOSE.split("\n  api:\n")[1].split("\nvolumes:")[0]
    block = service.split("    environment:\n")[1].split("    ports:")[0]
    entries = re.findall(r"^ +- ([A-Z_]+)(?:=(.+))?$", block, re.MULTILINE)
    return {name: value or None for name, value in entries}


def test_every_setting_reaches_the_api() -> None:
    settings = {name.upper() for name in Settings.model_fields}
    environment = environment_of_the_api()
    assert settings - environment.keys() == ABSENT
    assert {name for name in settings & environment.keys() if environment[name]} == FIXED


def test_the_docs_name_what_is_not_to_be_set() -> None:
    page = (Path(__file__).parents[1] / "docs" / "self-hosting.md").read_text()
    sentence = page.split("can be set in `.env` except ")[1].split(":")[0]
    assert set(re.findall(r"`([A-Z_]+)`", sentence)) == FIXED | ABSENT


def test_one_postgrest_is_run_and_tested() -> None:
    root = Path(__file__).parents[1]
    named = {
        tag
        for file in ("compose.yaml", ".ci/run", "tests/stacks/containers.py")
        for tag in re.findall(r"postgrest/postgrest:([\w.]+)", (root / file).read_text())
    }
    assert len(named) == 1
    assert re.fullmatch(r"v[0-9]+\.[0-9]+", named.pop()), "not a fixed version"
