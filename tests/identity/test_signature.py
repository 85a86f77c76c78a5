"""Signatures and key ids: the algorithm is ours to choose, never the token's."""

import asyncio
import json
import time
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm

from api.database.tokens import TokenMint
from api.identity import jwks
from api.identity.caller import Caller
from tests.identity.door import (
    EC_JWK,
    EC_KEY,
    OCT_JWK,
    OTHER_EC_KEY,
    OTHER_SECRET,
    REFUSED,
    RSA_JWK,
    RSA_KEY,
    SECRET,
    USER,
    Door,
    by_key,
    by_secret,
    claims,
    encoded,
    forged,
    settings,
)
from tests.identity.jwks_server import JwksServer


class TestSignature:
    def test_another_secret(self, door: Door) -> None:
        assert door.bearer(jwt.encode(claims(), OTHER_SECRET, "HS256")) == REFUSED

    def test_another_key_under_a_known_id(self, door: Door) -> None:
        assert door.bearer(jwt.encode(claims(), OTHER_EC_KEY, "ES256", {"kid": "ec-1"})) == REFUSED

    def test_changed_after_signing(self, door: Door) -> None:
        for token in (by_secret(), by_key()):
            head, _, signature = token.split(".")
            for changed in (claims(sub=str(uuid4())), claims(exp=int(time.time()) + 9_999)):
                assert door.bearer(f"{head}.{encoded(changed)}.{signature}") == REFUSED

    @pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", None])
    def test_none(self, door: Door, algorithm: str | None) -> None:
        signed = f"{encoded({'alg': algorithm, 'typ': 'JWT'})}.{encoded(claims())}"
        for signature in ("", "x", encoded(b"signature")):
            assert door.bearer(f"{signed}.{signature}") == REFUSED
        assert door.bearer(forged({"alg": algorithm})) == REFUSED
        assert door.bearer(forged({})) == REFUSED

    @pytest.mark.parametrize("key_id", ["rsa-1", "ec-1", "oct-1", None])
    @pytest.mark.parametrize("algorithm", ["HS256", "RS256", "ES256"])
    def test_a_public_key_as_a_secret(self, door: Door, key_id: str | None, algorithm: str) -> None:
        public = [
            key.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
            for key in (RSA_KEY, EC_KEY)
            for encoding in (Encoding.PEM, Encoding.DER)
        ]
        public += [pem.strip() for pem in public]
        public += [json.dumps(jwk).encode() for jwk in (RSA_JWK, EC_JWK, OCT_JWK)]
        public += [RSA_JWK["n"].encode(), b"secret" * 8, OCT_JWK["k"].encode(), b""]
        for key in public:
            assert door.bearer(forged({"alg": algorithm, "kid": key_id}, key)) == REFUSED

    @pytest.mark.parametrize("key_id", ["ec-1", "rsa-1"])
    def test_the_secret_under_a_public_key_s_name(self, door: Door, key_id: str) -> None:
        for algorithm in ("ES256", "RS256"):
            token = forged({"alg": algorithm, "kid": key_id}, SECRET.encode())
            assert door.bearer(token) == REFUSED

    @pytest.mark.parametrize(
        "algorithm",
        [
            "HS384",
            "HS512",
            "RS384",
            "RS512",
            "PS256",
            "ES384",
            "ES256K",
            "EdDSA",
            "hs256",
            "HS256 ",
        ],
    )
    def test_another_algorithm(self, door: Door, algorithm: str) -> None:
        for key_id in ("ec-1", "rsa-1", None):
            assert door.bearer(forged({"alg": algorithm, "kid": key_id})) == REFUSED

    def test_real_signatures_by_another_algorithm(self, door: Door) -> None:
        assert door.bearer(jwt.encode(claims(), SECRET * 2, "HS512")) == REFUSED
        for algorithm in ("RS512", "PS256"):
            token = jwt.encode(claims(), RSA_KEY, algorithm, {"kid": "rsa-1"})
            assert door.bearer(token) == REFUSED

    def test_one_key_s_signature_under_another_s_name(self, door: Door) -> None:
        assert door.bearer(jwt.encode(claims(), EC_KEY, "ES256", {"kid": "rsa-1"})) == REFUSED
        assert door.bearer(jwt.encode(claims(), RSA_KEY, "RS256", {"kid": "ec-1"})) == REFUSED

    def test_an_empty_signature_of_zeros(self, door: Door) -> None:
        head = encoded({"alg": "ES256", "kid": "ec-1"})
        for signature in (b"\0" * 64, b"\0" * 63, b"\0", b"\xff" * 64):
            assert door.bearer(f"{head}.{encoded(claims())}.{encoded(signature)}") == REFUSED

    @pytest.mark.parametrize(
        "extra",
        [
            {"crit": ["exp"]},
            {"crit": []},
            {"crit": ["b64"], "b64": True},
            {"crit": ["b64"], "b64": False},
            {"crit": None},
            {"b64": False},
        ],
    )
    def test_critical_headers(self, door: Door, extra: dict[str, Any]) -> None:
        assert door.bearer(forged({"alg": "HS256", **extra})) == REFUSED

    def test_a_token_that_brings_its_own_key(self, door: Door, server: JwksServer) -> None:
        own = {**ECAlgorithm.to_jwk(OTHER_EC_KEY.public_key(), as_dict=True), "kid": "mine"}
        with JwksServer(own) as evil:
            for key_id in ("mine", "ec-1", evil.url):
                headers = {
                    "kid": key_id,
                    "jwk": own,
                    "jku": evil.url,
                    "x5u": evil.url,
                    "x5c": ["x"],
                }
                token = jwt.encode(claims(), OTHER_EC_KEY, "ES256", headers)
                assert door.bearer(token) == REFUSED
            assert evil.requests == 0

    def test_no_secret_no_hs256(self, server: JwksServer, runner: asyncio.Runner) -> None:
        signing_key = {**ECAlgorithm.to_jwk(EC_KEY, as_dict=True), "kid": "ec-1"}
        values = {
            "supabase_jwt_secret": None,
            "session_api_signing_key": json.dumps(signing_key),
        }
        door = Door(runner, settings(server, **values))
        assert door.bearer(by_key()) == USER
        assert door.bearer(by_secret()) == REFUSED
        for key in (b"", b"None", b"null"):
            assert door.bearer(forged({"alg": "HS256"}, key)) == REFUSED
        # signed by a key that the JWKS has, and still not a user's
        assert door.bearer(TokenMint(settings(server, **values)).token_for(Caller(USER))) == REFUSED
        door.close()


class TestKeyId:
    @pytest.mark.parametrize(
        "key_id",
        [
            "",
            "../../../etc/passwd",
            "/dev/null",
            "' or 1=1; drop table user_profiles; --",
            "https://evil.example/jwks.json",
            "ec-1\x00",
            "EC-1",
            "\ud800",
            "%s%n",
            "x" * 5_000,
            "x" * 10_000,
            None,
            1,
            True,
            ["ec-1"],
            {"ec-1": 1},
        ],
    )
    def test_refused(
        self, door: Door, server: JwksServer, key_id: object, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level("DEBUG", "api"):
            for algorithm in ("ES256", "RS256"):
                assert door.bearer(forged({"alg": algorithm, "kid": key_id})) == REFUSED
        assert all(len(record.getMessage()) < 300 for record in caplog.records)

    def test_a_thousand_unknown_ones(self, runner: asyncio.Runner) -> None:
        with JwksServer(EC_JWK) as server:
            door = Door(runner, settings(server))
            began = time.monotonic()
            for number in range(1_000):
                token = forged({"alg": "ES256", "kid": f"unknown-{number}"})
                assert door.bearer(token) == REFUSED
            assert door.bearer(by_key()) == USER
            assert server.requests <= 1 + (time.monotonic() - began) / jwks.COOLDOWN
            door.close()

    def test_keys_that_cannot_be_fetched(self, runner: asyncio.Runner) -> None:
        with JwksServer(EC_JWK) as server:
            door = Door(runner, settings(server))
            server.status = 503
            assert door.bearer(by_key()) == "DATABASE_UNAVAILABLE"
            assert door.bearer(by_secret()) == USER
            door.close()
