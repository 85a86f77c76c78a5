"""PostgREST's versions whose clock stands still."""

import pytest

from api.doctor.clocks import stale_clock
from tests.doctor.conftest import Patient


@pytest.mark.parametrize(
    "server",
    [
        *("postgrest/13.0.0", "postgrest/13.0.8", "postgrest/14.0", "postgrest/14.17"),
        *("PostgREST/16.2", "postgrest/14.1 (abc)", "postgrest/16.0"),
    ],
)
def test_affected(server: str) -> None:
    (note,) = stale_clock(server)
    assert "PGRST303" in note
    assert "14.18" in note


@pytest.mark.parametrize(
    "server",
    [
        *("postgrest/12.0.2", "postgrest/12.2.12", "postgrest/14.18", "postgrest/14.180"),
        *("postgrest/16.3", "postgrest/18.0", "postgrest/20.1", "cloudflare", "postgrest", "14.0"),
        "",
    ],
)
def test_not_affected(server: str) -> None:
    assert list(stale_clock(server)) == []


@pytest.mark.parametrize("direct", [False, True])
def test_the_running_one_is_asked(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, direct: bool
) -> None:
    url = patient.stack.database_url if direct else None
    before = [
        note
        for check in patient.checks(database=None, api_database_url=url)
        for note in check.notes
    ]
    # npm's PostgREST is of no affected version
    monkeypatch.setattr("api.doctor.clocks.AFFECTED", range(12, 17))
    after = [
        note
        for check in patient.checks(database=None, api_database_url=url)
        for note in check.notes
    ]
    (note,) = set(after) - set(before)
    assert note.startswith("PostgREST 12.")
