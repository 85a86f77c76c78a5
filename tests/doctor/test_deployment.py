"""Faults of a deployment: keys, addresses, clocks, and what PostgREST was told."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from api.database.caller import BASE_TABLE
from api.doctor import reach
from api.doctor.findings import Check
from local.addresses import HOST, free_port
from tests.doctor.conftest import Patient
from tests.identity.jwks_server import JwksServer
from tests.rate_limits.redis_server import redis_server

BEHIND_POSTGREST = {"schema", "helpers' schema", "visitors", "publishable key", "clock"}


def signing_key() -> dict[str, Any]:
    """A private key as `supabase gen signing-key` prints it."""
    key = json.loads(ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1())))
    return {**key, "kid": "of-the-test", "alg": "ES256", "use": "sig"}


def public_part(key: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name != "d"}


def nowhere() -> str:
    """An address where nothing listens."""
    return f"http://{HOST}:{free_port()}"


def origin(url: str) -> str:
    return "/".join(url.split("/")[:3])


def skipped(checks: list[Check]) -> set[str]:
    """What was not checked, and so is neither well nor ill."""
    return {check.name for check in checks if check.skipped}


def faults(patient: Patient, **options: object) -> set[str]:
    return {finding.fault for finding in patient.findings(**options)}


class TestTrust:
    def test_another_projects_secret(self, patient: Patient) -> None:
        assert faults(patient, supabase_jwt_secret="x" * 40) == {"token-refused"}

    def test_a_signing_key_that_was_not_imported(self, patient: Patient) -> None:
        key = signing_key()
        findings = patient.findings(session_api_signing_key=json.dumps(key))
        assert [finding.fault for finding in findings] == ["token-refused"]
        assert key["kid"] in findings[0].remedy
        assert key["d"] not in str(findings)

    def test_a_local_stack_needs_no_secret(self, patient: Patient) -> None:
        (finding,) = patient.findings(supabase_jwt_secret="x" * 40)
        assert "`.env`" in finding.remedy

    def test_a_signing_key_that_was(self, patient: Patient) -> None:
        key = signing_key()
        jwks = {"keys": [public_part(key)]}
        with (
            JwksServer(public_part(key)) as published,
            patient.stack.another_postgrest(PGRST_JWT_SECRET=json.dumps(jwks)) as url,
        ):
            found = faults(
                patient,
                postgrest_url=url,
                supabase_jwt_secret=None,
                session_api_signing_key=json.dumps(key),
                supabase_jwks_url=published.url,
            )
        assert found == set()


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
        assert skipped(checks) == {"schema", "helpers' schema", "visitors", "database"}
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


class TestNextStep:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_at_the_local_stacks_address(self, host: str) -> None:
        step = reach.next_step(f"http://{host}:54321/rest/v1", ConnectionRefusedError())
        assert "make run" in step
        assert "paused" not in step

    def test_elsewhere(self) -> None:
        assert "make run" not in reach.next_step("http://10.0.0.5:54321", TimeoutError())


@contextmanager
def renamed(patient: Patient, thing: str, name: str) -> Iterator[None]:
    kind, _, old = thing.partition(" public.")
    patient.sql.execute(f"alter {thing} rename to {name}")
    try:
        yield
    finally:
        patient.sql.execute(f"alter {kind} public.{name} rename to {old}")


class TestPublicKeys:
    def test_away(self, patient: Patient) -> None:
        assert faults(patient, supabase_jwks_url=nowhere()) == {"jwks-unreachable"}

    def test_not_a_jwks(self, patient: Patient) -> None:
        with JwksServer() as published:
            published.document = {"message": "not this project"}
            assert faults(patient, supabase_jwks_url=published.url) == {"jwks-unreachable"}

    def test_none_and_no_secret(self, patient: Patient) -> None:
        key = signing_key()
        trusted = json.dumps({"keys": [public_part(key)]})
        with (
            JwksServer() as published,
            patient.stack.another_postgrest(PGRST_JWT_SECRET=trusted) as url,
        ):
            found = faults(
                patient,
                environment="production",
                supabase_publishable_key=None,
                postgrest_url=url,
                supabase_jwt_secret=None,
                session_api_signing_key=json.dumps(key),
                supabase_jwks_url=published.url,
            )
        assert found == {"jwks-empty"}


class TestRedis:
    def test_away(self, patient: Patient) -> None:
        url = f"redis://:not-for-eyes@{HOST}:{free_port()}/0"
        (finding,) = patient.findings(rate_limit_storage=url)
        assert finding.fault == "redis-unreachable"
        assert "refuses the connection" in finding.what
        assert "not-for-eyes" not in str(finding)

    def test_there(self, patient: Patient) -> None:
        with redis_server() as server:
            checks = patient.checks(rate_limit_storage=server.url)
        assert [check for check in checks if check.findings] == []
        assert [check.skipped for check in checks if check.name == "Redis"] == [""]

    def test_frozen(self, patient: Patient) -> None:
        with redis_server() as server:
            server.freeze(30)
            (finding,) = patient.findings(rate_limit_storage=server.url)
        assert finding.fault == "redis-unreachable"
        assert "in time" in finding.what

    def test_not_used(self, patient: Patient) -> None:
        url = f"redis://{HOST}:{free_port()}/0"
        checks = patient.checks(rate_limit_storage=url, rate_limits=False)
        assert "Redis" in skipped(checks)

    def test_not_set(self, patient: Patient) -> None:
        assert "Redis" not in {check.name for check in patient.checks()}


class TestClock:
    @pytest.mark.parametrize("seconds", [-3600, -120, -10, 10, 120, 3600])
    def test_differs(self, patient: Patient, seconds: int) -> None:
        assert faults(patient, clock=lambda: time.time() + seconds) == {"clock-differs"}

    @pytest.mark.parametrize("seconds", [-2, 2])
    def test_differs_a_little(self, patient: Patient, seconds: int) -> None:
        assert faults(patient, clock=lambda: time.time() + seconds) == set()


class TestDatabase:
    def test_not_given(self, patient: Patient) -> None:
        checks = patient.checks(database=None)
        assert [check for check in checks if check.findings] == []
        assert [check.name for check in checks if check.skipped] == ["database"]

    def test_away(self, patient: Patient) -> None:
        url = f"postgresql://postgres:not-for-eyes@{HOST}:{free_port()}/postgres"
        findings = patient.findings(database=url)
        assert [finding.fault for finding in findings] == ["database-unreachable"]
        assert "not-for-eyes" not in str(findings)

    def test_another_kind(self, patient: Patient) -> None:
        patient.sql.execute("create database plain")
        try:
            url = patient.stack.database_url.removesuffix("/postgres") + "/plain"
            found = faults(patient, database=url)
        finally:
            patient.sql.execute("drop database plain")
        assert found == {"missing", "grant-missing"}
