"""The stack's own ES256 key: made on the first start, kept in the data folder."""

import base64
import json
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from jwt.algorithms import ECAlgorithm

_PRIVATE = frozenset({"d"})


def signing_key(path: Path) -> dict[str, Any]:
    """Return the private JWK in the file `path`; create it if it is absent."""
    if not path.exists():
        partial = path.with_suffix(".partial")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w") as file:
            json.dump(_new_key(), file)
        partial.replace(path)
    return dict(json.loads(path.read_text()))


def public_key(key: dict[str, Any]) -> dict[str, Any]:
    """Return the public part of a JWK, as a JWKS publishes it."""
    public = {name: value for name, value in key.items() if name not in _PRIVATE}
    return public | {"key_ops": ["verify"]}


def verification_keys(key: dict[str, Any], secret: str) -> str:
    """Return PostgREST's verification keys: a JWKS of the stack's key and the local secret."""
    encoded = base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")
    symmetric = {"kty": "oct", "k": encoded, "alg": "HS256"}
    return json.dumps({"keys": [public_key(key), symmetric]})


def _new_key() -> dict[str, Any]:
    key = ECAlgorithm.to_jwk(generate_private_key(SECP256R1()), as_dict=True)
    return {**key, "kid": str(uuid4()), "use": "sig", "alg": "ES256", "key_ops": ["sign"]}
