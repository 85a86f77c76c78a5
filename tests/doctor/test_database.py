"""Faults of the database, planted one at a time."""

import pytest

from tests.doctor.conftest import Patient
from tests.doctor.faults import ILLNESSES, Illness


def test_healthy(patient: Patient) -> None:
    assert patient.findings() == []


@pytest.mark.parametrize("illness", ILLNESSES, ids=lambda illness: illness.name)
def test_is_found_and_named(patient: Patient, illness: Illness) -> None:
    patient.sql.execute(illness.plant.encode())
    try:
        findings = patient.findings()
    finally:
        patient.sql.execute(illness.mend.encode())
    faults = {finding.fault for finding in findings}
    assert faults - set(illness.maybe) == set(illness.found)
    said = [finding.what for finding in findings if finding.fault == illness.found[0]]
    assert any(illness.names in what for what in said), said
    assert all(finding.remedy for finding in findings)
    assert patient.findings() == []


@pytest.mark.parametrize(
    "illness",
    # what the first remedy says is SQL
    [
        illness
        for illness in ILLNESSES
        if illness.found[0] not in ("missing", "changed") or "trigger" in illness.name
    ],
    ids=lambda illness: illness.name,
)
def test_its_remedy_cures(patient: Patient, illness: Illness) -> None:
    patient.sql.execute(illness.plant.encode())
    try:
        for finding in patient.findings():
            if finding.fault == illness.found[0]:
                patient.sql.execute(finding.remedy.encode())
        findings = patient.findings()
    finally:
        patient.sql.execute(illness.mend.encode())
    assert findings == []
