"""Faults of the database, planted one at a time."""

import pytest

from tests.doctor.conftest import Patient
from tests.doctor.faults import ILLNESSES, Illness


def test_healthy(patient: Patient) -> None:
    assert patient.findings() == []


@pytest.mark.parametrize("illness", ILLNESSES, ids=lambda illness: illness.name)
def test_is_found_named_and_cured(patient: Patient, illness: Illness) -> None:
    patient.sql.execute(illness.plant.encode())
    try:
        findings = patient.findings()
        if illness.has_statement:
            for finding in findings:
                if finding.fault == illness.found[0]:
                    patient.sql.execute(finding.remedy.encode())
            assert patient.findings() == []
    finally:
        patient.sql.execute(illness.mend.encode())
    faults = {finding.fault for finding in findings}
    assert faults - set(illness.maybe) == set(illness.found)
    said = [finding.what for finding in findings if finding.fault == illness.found[0]]
    assert any(illness.names in what for what in said), said
    assert all(finding.remedy for finding in findings)
    # without a statement to run, it is mended as the remedy says
    assert illness.has_statement or patient.findings() == []


def test_healthy_again(patient: Patient) -> None:
    assert patient.findings() == []
