"""Faults of PostgREST and the gateway before it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from api.database.caller import BASE_TABLE
from tests.doctor.conftest import Patient
from tests.doctor.examined import BEHIND_POSTGREST, faults, nowhere, origin, skipped
from tests.identity.jwks_server import JwksServer


class TestGateway:
    @pytest.fixture
    def through(self, patient: Patient) -> dict[str, object]:
        """The settings of an API that reaches PostgREST as browsers do."""
        return {"postgrest_url": patient.stack.rest_url}

    def test_healthy(self, patient: Patient, through: dict[str, object]) -> None:
        assert faults(patient, **through) == set()

    def test_wrong_key(self, patient: Patient, through: dict[str, object]) -> None:
        found = faults(patient, supabase_publishable_key="sb_wrong", **through)
        assert found == {"publishable-key-refused"}

    def test_what_a_wrong_key_hides(self, patient: Patient) -> None:
        checks = patient.checks(
            supabase_publishable_key="foo", postgrest_url=patient.stack.rest_url, database=None
        )
        assert skipped(checks) == BEHIND_POSTGREST | {"database"}
        assert [len(check.findings) for check in checks if check.findings] == [1]

    def test_no_key(self, patient: Patient, through: dict[str, object]) -> None:
        (finding,) = patient.findings(supabase_publishable_key=None, **through)
        assert finding.fault == "publishable-key-refused"
        assert "is not set" in finding.what

    def test_away(self, patient: Patient) -> None:
        found = patient.findings(
            supabase_url=nowhere(),
            supabase_jwks_url=f"{patient.stack.url}/auth/v1/.well-known/jwks.json",
        )
        assert [finding.fault for finding in found] == ["postgrest-unreachable"]

    def test_something_else(self, patient: Patient) -> None:
        with JwksServer() as other:
            assert faults(patient, supabase_url=origin(other.url)) == {"not-postgrest"}

    def test_wrong_key_that_only_browsers_need(self, patient: Patient) -> None:
        found = faults(patient, supabase_publishable_key="sb_wrong")
        assert found == {"publishable-key-refused"}


class TestPostgrest:
    def test_away(self, patient: Patient) -> None:
        assert faults(patient, postgrest_url=nowhere()) == {"postgrest-unreachable"}

    def test_away_with_everything_behind_it(self, patient: Patient) -> None:
        url = nowhere()
        checks = patient.checks(supabase_url=url, postgrest_url=f"{url}/rest/v1", database=None)
        assert skipped(checks) == BEHIND_POSTGREST | {"public keys", "database"}
        (finding,) = (finding for check in checks for finding in check.findings)
        assert finding.fault == "postgrest-unreachable"
        assert "refuses the connection" in finding.what
        assert "make run" not in finding.remedy

    def test_a_name_that_does_not_resolve(self, patient: Patient) -> None:
        url = "http://project.invalid"
        (finding,) = patient.findings(supabase_url=url, postgrest_url=url)
        assert finding.fault == "postgrest-unreachable"
        assert "does not resolve" in finding.what

    @pytest.mark.parametrize("answer", [{"keys": []}, [], {"code": 404}])
    def test_something_else(self, patient: Patient, answer: object) -> None:
        with JwksServer() as other:
            other.document = answer
            url = origin(other.url)
            checks = patient.checks(supabase_url=url, postgrest_url=url, database=None)
        assert skipped(checks) == BEHIND_POSTGREST | {"public keys", "database"}
        (finding,) = (finding for check in checks for finding in check.findings)
        assert finding.fault == "not-postgrest"

    def test_that_refuses_everything(self, patient: Patient) -> None:
        patient.sql.execute(
            "create function public.is_full() returns void language plpgsql"
            " as $$ begin raise too_many_connections; end $$"
        )
        try:
            with patient.stack.another_postgrest(PGRST_DB_PRE_REQUEST="public.is_full") as url:
                checks = patient.checks(postgrest_url=url, database=None)
        finally:
            patient.sql.execute("drop function public.is_full()")
        assert skipped(checks) == {"pooler", "schema", "helpers' schema", "visitors", "database"}
        (finding,) = (finding for check in checks for finding in check.findings)
        assert finding.fault == "postgrest-unreachable"

    def test_that_stops_answering(self, patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("api.doctor.probe._TIMEOUT_SECONDS", 0.5)
        with patient.sql.transaction():
            patient.sql.execute("lock table public.study_sessions")
            findings = patient.findings(database=None)
        assert {finding.fault for finding in findings} == {"postgrest-unreachable"}
        assert all("in time" in finding.what for finding in findings)

    def test_past_the_environments_proxy(
        self, patient: Patient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", nowhere())
        assert patient.findings() == []

    def test_helpers_schema_exposed(self, patient: Patient) -> None:
        with patient.stack.another_postgrest(PGRST_DB_SCHEMAS="public,session_api") as url:
            assert faults(patient, postgrest_url=url) == {"helpers-exposed"}

    def test_stale_schema_cache(self, patient: Patient) -> None:
        with (
            renamed(patient, "function public.study_session_exists", "away"),
            patient.stack.another_postgrest(PGRST_DB_CHANNEL_ENABLED="false") as url,
            renamed(patient, "function public.away", "study_session_exists"),
        ):
            assert faults(patient, postgrest_url=url) == {"schema-cache"}

    def test_without_the_migrations(self, patient: Patient) -> None:
        with (
            renamed(patient, f"table public.{BASE_TABLE}", "away"),
            patient.stack.another_postgrest(PGRST_DB_CHANNEL_ENABLED="false") as url,
        ):
            assert {"schema-cache", "missing"} <= faults(patient, postgrest_url=url)

    def test_role_missing(self, patient: Patient) -> None:
        patient.sql.execute("alter role session_api rename to somebody")
        try:
            findings = patient.findings()
        finally:
            patient.sql.execute("alter role somebody rename to session_api")
        assert [finding.fault for finding in findings].count("role-missing") == 2


@contextmanager
def renamed(patient: Patient, thing: str, name: str) -> Iterator[None]:
    kind, _, old = thing.partition(" public.")
    patient.sql.execute(f"alter {thing} rename to {name}")
    try:
        yield
    finally:
        patient.sql.execute(f"alter {kind} public.{name} rename to {old}")
