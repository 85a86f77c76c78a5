"""Public keys as a JWKS holds them."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65_537, 2_048)
SHORT_RSA_KEY = rsa.generate_private_key(65_537, 1_024)  # noqa: S505 - to be refused
EC_JWK: dict[str, Any] = {
    **ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True),
    "kid": "ec-1",
    "alg": "ES256",
    "use": "sig",
    "key_ops": ["verify"],
    "ext": True,
}
RSA_JWK: dict[str, Any] = {
    **RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True),
    "kid": "rsa-1",
    "alg": "RS256",
}
