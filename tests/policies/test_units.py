"""The schema is in units: a base and the kinds, none of which mentions another's tables."""

import re
from pathlib import Path

import pytest

from api.kinds import KINDS, KindName
from local.migrations import PROJECT, of_units, unit
from tests.policies.tables import UNIT_OF
from tools.policies import policy_files

UNITS = ("base", *KINDS)
MIGRATIONS = sorted((PROJECT / "supabase" / "migrations").glob("*.sql"))


@pytest.mark.parametrize("migration", MIGRATIONS, ids=lambda it: it.name)
def test_a_migration_is_named_after_its_unit(migration: Path) -> None:
    assert unit(migration) in UNITS, f"name it …_<unit>_<what>.sql, the unit being of {UNITS}"


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_has_migrations_and_policies(name: str) -> None:
    assert of_units([name])
    assert [file for file in policy_files() if file.parent.name == name]


def test_no_other_folder_has_policies() -> None:
    assert {file.parent.name for file in policy_files()} == set(UNITS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_mentions_no_other(kind: KindName) -> None:
    others = {
        name.partition("(")[0].rpartition(".")[2]
        for name, its in UNIT_OF.items()
        if its not in ("base", kind)
    }
    files = [*of_units([kind]), *(it for it in policy_files() if it.parent.name == kind)]
    for file in files:
        assert not set(re.findall(r"\w+", file.read_text())) & others, file.name
