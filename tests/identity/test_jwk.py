"""Which keys of a JWKS are used, and which are left out."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from api.identity.jwk import UnusableKeyError, private_key, public_key, public_keys
from tests.identity.public_keys import EC_JWK, EC_KEY, RSA_JWK, SHORT_RSA_KEY


class TestKey:
    @pytest.mark.parametrize("jwk", [EC_JWK, RSA_JWK])
    def test_valid(self, jwk: dict[str, Any]) -> None:
        key = public_key(jwk)
        assert key is not None
        assert (key.key_id, key.algorithm_name) == (jwk["kid"], jwk["alg"])
        assert public_key({k: v for k, v in jwk.items() if k not in ("alg", "use")}) is not None

    def test_a_private_key_is_taken_as_its_public_part(self) -> None:
        jwk = {**ECAlgorithm.to_jwk(EC_KEY, as_dict=True), "kid": "ec-1"}
        key = public_key(jwk)
        assert key is not None
        assert isinstance(key.key, ec.EllipticCurvePublicKey)

    @pytest.mark.parametrize(
        "jwk",
        [
            {},
            {"kty": ["EC"], "kid": "1"},
            {"kty": "oct", "k": "c2VjcmV0" * 8, "kid": "1"},
            {"kty": "oct", "k": "c2VjcmV0" * 8, "kid": "1", "alg": "HS256"},
            {**RSA_JWK, "alg": "HS256"},
            {**RSA_JWK, "alg": "RS512"},
            {**RSA_JWK, "alg": None},
            {**RSA_JWK, "use": "enc"},
            {**RSA_JWK, "key_ops": ["encrypt"]},
            {**RSA_JWK, "key_ops": 1},
            {**RSA_JWK, "n": 1},
            {**RSA_JWK, "n": "é"},
            {**RSA_JWK, "e": ""},
            {**EC_JWK, "alg": "RS256"},
            {**EC_JWK, "kid": None},
            {**EC_JWK, "kid": ""},
            {**EC_JWK, "kid": 1},
            {**EC_JWK, "x": "AAAA"},
            {**EC_JWK, "x": EC_JWK["y"]},
            {**EC_JWK, "crv": "P-384"},
            {**RSAAlgorithm.to_jwk(SHORT_RSA_KEY.public_key(), as_dict=True), "kid": "1"},
            {
                **ECAlgorithm.to_jwk(
                    ec.generate_private_key(ec.SECP384R1()).public_key(), as_dict=True
                ),
                "kid": "1",
            },
            {
                **OKPAlgorithm.to_jwk(
                    ed25519.Ed25519PrivateKey.generate().public_key(), as_dict=True
                ),
                "kid": "1",
            },
        ],
    )
    def test_left_out(self, jwk: dict[str, Any]) -> None:
        assert public_key(jwk) is None
        # and it takes no other with it
        assert list(public_keys({"keys": [None, 1, [], jwk, EC_JWK]})) == ["ec-1"]

    def test_the_first_of_two_with_one_id(self) -> None:
        found = public_keys({"keys": [EC_JWK, {**RSA_JWK, "kid": "ec-1"}]})
        assert found["ec-1"].algorithm_name == "ES256"

    @pytest.mark.parametrize("document", [None, [], {}, {"keys": None}, {"keys": {}}, "keys"])
    def test_no_jwks(self, document: object) -> None:
        with pytest.raises(ValueError, match="JWKS"):
            public_keys(document)


class TestPrivateKey:
    def test_valid(self) -> None:
        jwk = {**ECAlgorithm.to_jwk(EC_KEY, as_dict=True), "kid": "ec-1"}
        key = private_key(json.dumps(jwk))
        assert (key.key_id, key.algorithm_name) == ("ec-1", "ES256")
        assert isinstance(key.key, ec.EllipticCurvePrivateKey)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "not a JSON object"),
            ("[]", "not a JSON object"),
            ("[" * 100_000, "not a JSON object"),
            (json.dumps(EC_JWK), "is a public key"),
        ],
    )
    def test_unusable(self, text: str, reason: str) -> None:
        with pytest.raises(UnusableKeyError, match=reason):
            private_key(text)
