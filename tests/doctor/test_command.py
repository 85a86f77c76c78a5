"""The command: what it prints, and how it ends."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from tests.doctor.conftest import Patient


@pytest.fixture
def environment(patient: Patient) -> dict[str, str]:
    """What a healthy deployment has in its environment."""
    return {
        "ENVIRONMENT": "development",
        "SUPABASE_URL": patient.stack.url,
        "POSTGREST_URL": patient.stack.postgrest_url,
        "SUPABASE_PUBLISHABLE_KEY": patient.stack.anon_key,
        "SUPABASE_JWT_SECRET": patient.stack.jwt_secret,
        "DATABASE_URL": patient.stack.database_url,
    }


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder without anybody's `.env`."""
    monkeypatch.chdir(tmp_path)


def doctor(environment: dict[str, str]) -> Result:
    return CliRunner().invoke(main, ["doctor"], env=environment)


def test_healthy(environment: dict[str, str]) -> None:
    result = doctor(environment)
    assert result.exit_code == 0, result.output
    assert {line.split()[0] for line in result.output.splitlines()[:-1]} == {"ok"}


def test_a_fault_and_its_remedy(patient: Patient, environment: dict[str, str]) -> None:
    patient.sql.execute("alter role session_api login")
    try:
        result = doctor(environment)
    finally:
        patient.sql.execute("alter role session_api nologin")
    assert result.exit_code == 1
    assert "[role-unsafe]" in result.output
    assert "alter role session_api nologin;" in result.output


def test_what_was_not_checked_is_said(environment: dict[str, str]) -> None:
    del environment["DATABASE_URL"]
    result = doctor({**environment, "DATABASE_URL": ""})
    assert result.exit_code == 0
    assert "DATABASE_URL" in result.output


def test_settings_that_allow_no_start(environment: dict[str, str]) -> None:
    result = doctor({**environment, "ENVIRONMENT": "production"})
    assert result.exit_code == 1
    assert "SUPABASE_JWT_SECRET" in result.output


def test_no_secret_is_shown(patient: Patient, environment: dict[str, str]) -> None:
    secret = "another-secret-of-thirty-two-characters"
    result = doctor({**environment, "SUPABASE_JWT_SECRET": secret})
    assert result.exit_code == 1
    for word in (secret, patient.stack.anon_key, "postgres:postgres"):
        assert word not in result.output
