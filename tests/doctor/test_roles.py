"""How long users' own reads may hold a connection, and what a role leaves behind."""

import psycopg
import pytest

from api.doctor.roles import findings, notes, read, seconds
from tests.doctor.conftest import Patient


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("2s", 2),
        ("2000", 2),
        ("1500ms", 1.5),
        (" 1 min ", 60),
        ("1h", 3_600),
        ("1d", 86_400),
        ("500us", 0.0005),
        ("0", 0),
        ("soon", 0),
    ],
)
def test_seconds(setting: str, value: float) -> None:
    assert seconds(setting) == pytest.approx(value)


@pytest.mark.parametrize(
    "change",
    ["set statement_timeout = '8s'", "set statement_timeout = 0", "reset statement_timeout"],
)
def test_long_reads_are_noted(patient: Patient, change: str) -> None:
    assert list(notes(read(patient.sql))) == []
    with patient.sql.transaction(force_rollback=True):
        patient.sql.execute(f"alter role authenticated {change}".encode())
        (note,) = notes(read(patient.sql))
        remedy = note[note.index("alter role") :]
        patient.sql.execute(remedy.encode())
        assert list(notes(read(patient.sql))) == []


@pytest.mark.parametrize("role", ["anon", "service_role"])
def test_nobody_else_may_become_the_apis_role(patient: Patient, role: str) -> None:
    assert list(findings(read(patient.sql))) == []
    with patient.sql.transaction(force_rollback=True):
        patient.sql.execute(f"grant session_api to {role}".encode())
        (finding,) = findings(read(patient.sql))
        assert finding.what.startswith(f"{role} may become session_api")
        patient.sql.execute(finding.remedy.encode())
        assert list(findings(read(patient.sql))) == []


def test_no_plan_without_policies_is_left(patient: Patient) -> None:
    """A connection keeps plans made while its role bypassed row-level security."""
    claims = '{"sub": "ffffffff-ffff-4fff-8fff-ffffffffffff"}'

    def rows(connection: psycopg.Connection) -> int:
        with connection.transaction():
            connection.execute("set local role session_api")
            connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
            found = connection.execute(
                "select id from public.study_sessions", prepare=True
            ).fetchall()
        return len(found)

    url = patient.stack.database_url.replace("postgres:postgres", "authenticator:postgres")
    patient.sql.execute("alter role session_api bypassrls")
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            assert rows(connection) > 0
            (finding,) = findings(read(patient.sql))
            patient.sql.execute("alter role session_api nobypassrls")
            assert rows(connection) > 0, "the plan is made anew: nothing has to be ended"
            patient.sql.execute(finding.remedy.encode())
            with pytest.raises(psycopg.OperationalError):
                rows(connection)
        with psycopg.connect(url, autocommit=True) as connection:
            assert rows(connection) == 0
    finally:
        patient.sql.execute("alter role session_api nobypassrls")
