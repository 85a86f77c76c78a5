"""Faults of a deployment: keys, addresses, clocks, and what PostgREST was told."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from api.local.addresses import HOST, free_port
from tests.doctor.conftest import Patient
from tests.jwks_server import JwksServer

SESSION_EXISTS = "public.session_exists(text, uuid)"


def signing_key() -> dict[str, Any]:
    """A private key as `supabase gen signing-key` prints it."""
    key = json.loads(ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1())))
    return {**key, "kid": "of-the-test", "alg": "ES256", "use": "sig"}


def public_part(key: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name != "d"}


def nowhere() -> str:
    """An address where nothing listens."""
    return f"http://{HOST}:{free_port()}"


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

    def test_wrong_key_that_only_browsers_need(self, patient: Patient) -> None:
        found = faults(patient, supabase_publishable_key="sb_wrong")
        assert found == {"publishable-key-refused"}


class TestPostgrest:
    def test_away(self, patient: Patient) -> None:
        assert faults(patient, postgrest_url=nowhere()) == {"postgrest-unreachable"}

    def test_something_else(self, patient: Patient) -> None:
        with JwksServer() as other:
            assert faults(patient, postgrest_url=other.url) == {"not-postgrest"}

    def test_private_schema_exposed(self, patient: Patient) -> None:
        with patient.stack.another_postgrest(PGRST_DB_SCHEMAS="public,private") as url:
            assert faults(patient, postgrest_url=url) == {"private-exposed"}

    def test_stale_schema_cache(self, patient: Patient) -> None:
        with (
            session_exists_away(patient),
            patient.stack.another_postgrest(PGRST_DB_CHANNEL_ENABLED="false") as url,
        ):
            patient.sql.execute("alter function public.away(text, uuid) rename to session_exists")
            assert faults(patient, postgrest_url=url) == {"schema-cache"}

    def test_without_the_migrations(self, patient: Patient) -> None:
        with (
            session_exists_away(patient),
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
def session_exists_away(patient: Patient) -> Iterator[None]:
    patient.sql.execute(f"alter function {SESSION_EXISTS} rename to away")
    try:
        yield
    finally:
        there = patient.sql.execute("select to_regprocedure('public.away(text, uuid)')").fetchone()
        if there != (None,):
            patient.sql.execute("alter function public.away(text, uuid) rename to session_exists")


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
