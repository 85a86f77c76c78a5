"""Faults of the database, planted one at a time."""

from typing import Final

import pytest

from api.doctor.catalog import definitions, entries, grants
from api.doctor.declared import State
from api.doctor.roles import reachable, read
from api.kinds import KINDS, KindName
from local.migrations import of_units
from tests.doctor.conftest import Patient
from tests.doctor.faults import ILLNESSES, Illness
from tools.generated import NOTHING_OF_OURS

ALL = tuple(KINDS)

OWN_BUSINESS: Final = {
    "create table public.notes_of_ours (id int primary key, check (id > 0));"
    " alter table public.notes_of_ours enable row level security;"
    " grant select on public.notes_of_ours to authenticated": "drop table public.notes_of_ours",
    "alter table public.user_profiles add column nickname text check (nickname <> '');"
    " grant select (nickname), update (nickname) on public.user_profiles to authenticated": (
        "alter table public.user_profiles drop column nickname"
    ),
    # what a dump makes of it when it is restored
    "alter table public.wingman_sessions drop constraint wingman_sessions_status_known,"
    " add constraint wingman_sessions_status_known check ((((status)::text = any"
    " ((array['scheduled'::character varying, 'in_progress'::character varying,"
    " 'completed'::character varying, 'cancelled'::character varying,"
    " 'no_show'::character varying])::text[]))))": (
        "alter table public.wingman_sessions drop constraint wingman_sessions_status_known,"
        " add constraint wingman_sessions_status_known check"
        " (status in ('scheduled', 'in_progress', 'completed', 'cancelled', 'no_show'))"
    ),
}
"""What a project may have besides, or otherwise written, and how it is taken away again."""


def test_healthy(patient: Patient) -> None:
    assert patient.findings() == []


def test_connections_were_just_ended(patient: Patient) -> None:
    """As a remedy does: PostgREST notices each only when it is used."""
    for _ in range(5):
        patient.sql.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'authenticator'"
        )
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


@pytest.mark.parametrize("statement", OWN_BUSINESS)
def test_is_a_projects_own_business(patient: Patient, statement: str) -> None:
    patient.sql.execute(statement.encode())
    try:
        assert patient.findings() == []
    finally:
        patient.sql.execute(OWN_BUSINESS[statement].encode())


def test_a_column_is_made_again(patient: Patient) -> None:
    with patient.sql.transaction(force_rollback=True):
        patient.sql.execute("alter table public.study_topics drop column position")
        found = list(definitions(State.of(entries(patient.sql)), ALL))
        for finding in found:
            patient.sql.execute(finding.remedy.encode())
        assert list(definitions(State.of(entries(patient.sql)), ALL)) == []
    assert [finding.fault for finding in found] == ["missing"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_another_kind_has_is_not_missed(patient: Patient, kind: KindName) -> None:
    assert patient.findings(kinds=(kind,)) == []
    with patient.sql.transaction(force_rollback=True):
        patient.sql.execute(NOTHING_OF_OURS)
        for migration in of_units(["base", kind]):
            patient.sql.execute(migration.read_bytes())
        live = State.of(entries(patient.sql))
        assert list(definitions(live, (kind,))) == []
        assert list(grants(live, reachable(read(patient.sql)), (kind,))) == []
        missed = {finding.fault for finding in definitions(live, ALL)}
    assert missed == {"missing"}


def test_with_a_table_goes_what_is_in_it(patient: Patient) -> None:
    with patient.sql.transaction(force_rollback=True):
        patient.sql.execute("drop table public.study_topics cascade")
        live = State.of(entries(patient.sql))
        found = [finding.what for finding in definitions(live, ALL)]
    assert found == ["relation public.study_topics is not there"]


def test_healthy_again(patient: Patient) -> None:
    assert patient.findings() == []
