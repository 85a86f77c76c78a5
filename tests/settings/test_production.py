"""What production refuses, and keys to sign with."""

import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from api.settings import LOCAL_JWT_SECRET, Settings
from tests.settings.values import (
    DEVELOPMENT,
    PRODUCTION,
    SECRET,
    SHORT_RSA_KEY,
    private_jwk,
    refusal,
)


class TestProductionRefuses:
    @pytest.mark.parametrize(
        "secret",
        [
            LOCAL_JWT_SECRET,
            f"your-{LOCAL_JWT_SECRET}",
            "changeme",
            "changeme" * 8,
            "CHANGE-ME-CHANGE-ME-CHANGE-ME-CHANGE-ME",
            "x" * 64,
            "0123" * 16,
            SECRET[:31],
            jwt.encode({"iss": "supabase-demo", "role": "anon"}, LOCAL_JWT_SECRET),
            f" {SECRET}",
        ],
    )
    def test_secret(self, secret: str) -> None:
        message = refusal(**{**PRODUCTION, "supabase_jwt_secret": secret})
        assert "SUPABASE_JWT_SECRET" in message
        assert secret not in message

    @pytest.mark.parametrize(
        "address",
        [
            "postgresql://postgres:pass-word@db/postgres",
            "postgresql://postgres.ref:pass-word@pooler.example.com:6543/postgres?sslmode=require",
            "postgresql://session_api_login:pass-word@db.example.com:5432/postgres",
            "postgresql://session_api_login:pass-word@db,db.example.com/postgres?sslmode=prefer",
            "https://session_api_login:pass-word@db/postgres",
            "postgresql://db/postgres",
        ],
    )
    def test_database_url(self, address: str) -> None:
        message = refusal(**PRODUCTION, api_database_url=address)
        assert "API_DATABASE_URL" in message
        assert "pass-word" not in message

        healthy = "postgresql://session_api_login:other@db:5432/postgres"
        values = {"api_database_url": healthy, "read_your_writes": 0}
        message = refusal(**PRODUCTION, **values, api_read_database_url=f"{healthy},{address}")
        assert "API_READ_DATABASE_URL" in message
        assert "pass-word" not in message

    @pytest.mark.parametrize(
        "address",
        [
            "postgresql://session_api_login:pass-word@db:5432/postgres",
            "postgres://session_api_login@10.0.0.5,10.0.0.6/postgres?target_session_attrs=read-write",
            "postgresql://session_api_login.ref:a@db.example.com/postgres?sslrootcert=system",
        ],
    )
    def test_no_key_with_a_database_url(self, address: str) -> None:
        """Nothing is signed then."""
        values = {name: it for name, it in PRODUCTION.items() if "secret" not in name}
        assert Settings(**values, api_database_url=address).api_database_url is not None

    def test_placeholder_beside_a_signing_key(self) -> None:
        # it would still verify users' tokens
        key = json.dumps(private_jwk())
        values = {**PRODUCTION, "supabase_jwt_secret": LOCAL_JWT_SECRET}
        assert "SUPABASE_JWT_SECRET" in refusal(**values, session_api_signing_key=key)

    @pytest.mark.parametrize(
        "key",
        [
            jwt.encode({"iss": "supabase-demo", "role": "anon"}, LOCAL_JWT_SECRET),
            "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH",
            None,
        ],
    )
    def test_publishable_key(self, key: str | None) -> None:
        message = refusal(**{**PRODUCTION, "supabase_publishable_key": key})
        assert "SUPABASE_PUBLISHABLE_KEY" in message
        assert key is None or key not in message

    def test_no_publishable_key_is_needed_beside_postgrest(self) -> None:
        values = {**PRODUCTION, "supabase_publishable_key": None}
        settings = Settings(**values, postgrest_url="http://postgrest:3000")
        assert settings.supabase_publishable_key is None

    def test_test_auth(self) -> None:
        assert "ENABLE_TEST_AUTH" in refusal(**PRODUCTION, enable_test_auth=True)

    @pytest.mark.parametrize("name", ["supabase_url", "postgrest_url", "supabase_jwks_url"])
    @pytest.mark.parametrize("host", ["abcdefgh.supabase.co", "8.8.8.8", "[2001:4860:4860::8888]"])
    def test_plain_http_to_a_public_host(self, name: str, host: str) -> None:
        assert name.upper() in refusal(**{**PRODUCTION, name: f"http://{host}"})

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1:54321",
            "localhost:54321",
            "[::1]:3000",
            "10.1.2.3",
            "192.168.0.10:3000",
            "kong:8000",
            "rest.default.svc.cluster.local",
        ],
    )
    def test_plain_http_to_a_private_host_is_fine(self, host: str) -> None:
        assert Settings(**{**PRODUCTION, "supabase_url": f"http://{host}"})

    def test_any_origin(self) -> None:
        assert "CORS_ORIGINS" in refusal(**PRODUCTION, cors_origins="*")
        assert Settings(**DEVELOPMENT, cors_origins="*").cors_origins == ("*",)

    def test_no_key_to_sign_with(self) -> None:
        message = refusal(**{**PRODUCTION, "supabase_jwt_secret": None})
        assert "SESSION_API_SIGNING_KEY" in message

    def test_everything_at_once(self) -> None:
        values = {**PRODUCTION, "supabase_jwt_secret": LOCAL_JWT_SECRET}
        message = refusal(**values, enable_test_auth=True, cors_origins="*")
        assert all(
            name in message for name in ("SUPABASE_JWT_SECRET", "ENABLE_TEST_AUTH", "CORS_ORIGINS")
        )


class TestSigningKey:
    @pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
    def test_valid(self, algorithm: str) -> None:
        values = {**PRODUCTION, "supabase_jwt_secret": None}
        jwk = private_jwk(algorithm, use="sig", key_ops=["sign", "verify"], ext=True)
        signing_key = Settings(**values, session_api_signing_key=json.dumps(jwk)).signing_key
        assert signing_key is not None
        assert (signing_key.algorithm_name, signing_key.key_id) == (algorithm, "key-1")

    def test_none(self) -> None:
        assert Settings(**PRODUCTION).signing_key is None

    @pytest.mark.parametrize(
        "key",
        [
            "no JSON",
            "[" * 100_000,
            "[]",
            json.dumps([private_jwk()]),
            json.dumps({**private_jwk(), "kid": None}),
            json.dumps({**private_jwk(), "kid": ""}),
            json.dumps({**private_jwk(), "alg": "HS256"}),
            json.dumps({**private_jwk(), "x": "AAAA"}),
            json.dumps({**private_jwk(), "d": 1}),
            json.dumps({"kty": "oct", "k": "c2VjcmV0", "kid": "1"}),
            json.dumps({k: v for k, v in private_jwk().items() if k != "d"}),
            json.dumps({k: v for k, v in private_jwk("RS256").items() if k != "d"}),
            json.dumps(
                {
                    **ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()), as_dict=True),
                    "kid": "1",
                }
            ),
            json.dumps(
                {
                    **RSAAlgorithm.to_jwk(SHORT_RSA_KEY, as_dict=True),
                    "kid": "1",
                }
            ),
        ],
    )
    def test_refused(self, key: str) -> None:
        message = refusal(**DEVELOPMENT, session_api_signing_key=key)
        assert "SESSION_API_SIGNING_KEY" in message
        assert len(message) < 1_500
