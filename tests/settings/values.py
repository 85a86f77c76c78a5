"""Valid settings, keys of every type, and the expected refusals."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from pydantic import ValidationError

from api.settings import Settings
from api.settings.checks import explain

SECRET = "kX9v2Qm7Lr4Tn8Wc1Zb6Yd3Hf5Jg0PsAe"
PRODUCTION: dict[str, Any] = {
    "supabase_url": "https://abcdefgh.supabase.co",
    "supabase_publishable_key": "sb_publishable_q1w2e3r4t5y6u7i8o9p0_zxcvbnm",
    "supabase_jwt_secret": SECRET,
}
SHORT_RSA_KEY = rsa.generate_private_key(65_537, 1_024)  # noqa: S505 - to be refused
DEVELOPMENT: dict[str, Any] = {"environment": "development"}


def refusal(**values: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        Settings(**values)
    # what a developer sees in a test, and what an operator sees on the terminal
    return f"{refused.value}\n{explain(refused.value)}"


def private_jwk(algorithm: str = "ES256", **changes: Any) -> dict[str, Any]:
    jwk = (
        ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)
        if algorithm == "ES256"
        else RSAAlgorithm.to_jwk(rsa.generate_private_key(65_537, 2_048), as_dict=True)
    )
    return {**jwk, "kid": "key-1", "alg": algorithm, **changes}
