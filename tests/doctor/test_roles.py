"""How long users' own reads may hold a connection."""

import pytest

from api.doctor.roles import notes, read, seconds
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


@pytest.mark.parametrize("change", ["set statement_timeout = '8s'", "reset statement_timeout"])
def test_long_reads_are_noted(patient: Patient, change: str) -> None:
    assert list(notes(read(patient.sql))) == []
    with patient.sql.transaction(force_rollback=True):
        patient.sql.execute(f"alter role authenticated {change}".encode())
        (note,) = notes(read(patient.sql))
        remedy = note[note.index("alter role") :]
        patient.sql.execute(remedy.encode())
        assert list(notes(read(patient.sql))) == []
