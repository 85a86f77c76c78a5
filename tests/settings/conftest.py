"""No setting comes from the environment or a file unless a test puts it there."""

from pathlib import Path

import pytest

from api.settings import Settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in [*Settings.model_fields, "supabase_anon_key"]:
        for name in (field, field.upper()):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)  # no `.env`
