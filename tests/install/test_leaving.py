"""Leaving again, as docs/install.md says: what was the project's is as it was before."""

import os
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from local.migrations import push as cli
from tests.install.conftest import VERSIONS, Living, project
from tests.install.servers import server
from tests.install.state import is_kept

PAGE = Path(__file__).parents[2] / "docs" / "install.md"
PROJECTS = (
    ("buddies", "wingman", "study"),
    ("course", "study", "chat"),
    ("names", "wingman", "chat", "--names", "public.profiles.full_name", "--sign-up-trigger"),
)
STAYS = re.compile(
    # what the API's columns hold is for the project to drop, and so is a key that others may use
    r"(column|null) \S+\.(absent|completed_at|updated_at|company|created_at)$"
    r"|(index|constraint) \S*(_owner_key|_pkey)$"
)


def steps() -> list[str]:
    section = PAGE.read_text().partition("## Uninstalling")[2]
    (block,) = re.findall(r"```sh\n(.+?)```", section, re.DOTALL)
    return [line for line in block.splitlines() if line]


def push(living: Living, *, by_cli: bool) -> None:
    """Apply the folder's newest migration, by the Supabase CLI or as it would."""
    if by_cli:
        cli(living.url, living.folder)
    else:
        living.run(living.written()[-1].read_text())


def leave(living: Living, *, by_cli: bool) -> None:
    while time.strftime("%Y%m%d%H%M%S", time.gmtime()) <= living.written()[-1].name[:14]:
        time.sleep(0.1)  # two installations within a second are named after two
    *shell, last = steps()
    assert last == "npx supabase db push"
    for command in shell:
        subprocess.run(  # noqa: S603
            ["/bin/sh", "-ec", command],
            cwd=living.folder,
            env={"PATH": os.defpath},
            check=True,
        )
    push(living, by_cli=by_cli)


def is_as_before(before: dict[str, str], after: dict[str, str], made: set[str]) -> None:
    """Everything is there as it was, and nothing new but tables of ours."""
    assert {name: after.get(name) for name in before} == before
    more = {name for name in after.keys() - before.keys() if not STAYS.match(name)}
    assert [name for name in more if not any(re.search(rf"\b{it}", name) for it in made)] == []


def kept(rows: dict[str, list[dict[str, Any]]], after: dict[str, list[dict[str, Any]]]) -> bool:
    return all(is_kept(rows[table], after[table]) for table in rows)


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_is_as_before(version: int, tmp_path: Path) -> None:
    with server(version) as fresh:
        for number, (name, kind, later, *arguments) in enumerate(PROJECTS):
            by_cli = number == 0
            living = project(fresh, tmp_path, name)
            living.answer(living.install(kind, *arguments))
            rows, had, could = living.rows(), living.definitions(), living.access()
            # the second time it is installed beside what the first one has left
            for kinds in ((kind, f"{kind},{later}"), (kind,)):
                for chosen in kinds:
                    result = living.install(chosen, *arguments)
                    assert result.exit_code == 0, result.output
                    push(living, by_cli=by_cli)
                assert living.access() != could
                leave(living, by_cli=by_cli)
                assert kept(rows, living.rows())
                made = living.rows().keys() - rows.keys()
                assert made
                is_as_before(had, living.definitions(), made)
                is_as_before(could, living.access(), made)
        with fresh.admin() as admin:
            roles = admin.execute("select from pg_roles where rolname = 'session_api'")
            assert roles.fetchall() == []
