"""Faults of a deployment: keys, addresses, clocks, Redis and the database."""

import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from api.doctor import reach
from local.addresses import HOST, free_port
from tests.doctor.conftest import Patient
from tests.doctor.examined import faults, nowhere, skipped
from tests.identity.jwks_server import JwksServer
from tests.rate_limits.redis_server import redis_server


def signing_key() -> dict[str, Any]:
    """A private key as `supabase gen signing-key` prints it."""
    key = json.loads(ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1())))
    return {**key, "kid": "of-the-test", "alg": "ES256", "use": "sig"}


def public_part(key: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name != "d"}


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


class TestNextStep:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_at_the_local_stacks_address(self, host: str) -> None:
        step = reach.next_step(f"http://{host}:54321/rest/v1", ConnectionRefusedError())
        assert "make run" in step
        assert "paused" not in step

    def test_elsewhere(self) -> None:
        assert "make run" not in reach.next_step("http://10.0.0.5:54321", TimeoutError())


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
