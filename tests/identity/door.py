"""An authenticator to knock at, and tokens: a user's, and forged ones."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import hypothesis
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.requests import Request

from api.errors import ApiError
from api.identity.auth import Authenticator
from api.identity.caller import Caller
from api.settings import Settings
from tests.identity.jwks_server import JwksServer

SECRET = "kX9v2Qm7Lr4Tn8Wc1Zb6Yd3Hf5Jg0PsAe"
OTHER_SECRET = SECRET[::-1]
EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65_537, 2_048)
OTHER_EC_KEY = ec.generate_private_key(ec.SECP256R1())
EC_JWK: dict[str, Any] = {
    **ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True),
    "kid": "ec-1",
    "alg": "ES256",
    "use": "sig",
}
RSA_JWK: dict[str, Any] = {
    **RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True),
    "kid": "rsa-1",
    "alg": "RS256",
    "use": "sig",
}
# a symmetric key where everybody can read it: no token may be verified with it
OCT_JWK = {"kty": "oct", "kid": "oct-1", "alg": "HS256", "k": "c2VjcmV0" * 8}
USER = UUID("00000000-0000-4000-8000-00000000000a")

# how long an example takes is the machine's business
untimed = hypothesis.settings(
    deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
REFUSED = "NOT_AUTHENTICATED"
Header = tuple[bytes, bytes]


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a signed-in user, with changes; a claim changed to `...` is left out."""
    now = int(time.time())
    valid = {
        "iss": "https://abcdefgh.supabase.co/auth/v1",
        "sub": str(USER),
        "aud": "authenticated",
        "role": "authenticated",
        "iat": now,
        "exp": now + 3_600,
        "email": "alice@example.com",
        "is_anonymous": False,
    }
    return {name: value for name, value in {**valid, **changes}.items() if value is not ...}


def by_secret(**changes: Any) -> str:
    return jwt.encode(claims(**changes), SECRET, "HS256")


def by_key(**changes: Any) -> str:
    return jwt.encode(claims(**changes), EC_KEY, "ES256", {"kid": "ec-1"})


def encoded(part: object) -> str:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forged(header: object, key: bytes = SECRET.encode(), payload: object = None) -> str:
    """A token made by hand, signed with HMAC, as no library would."""
    signed = f"{encoded(header)}.{encoded(claims() if payload is None else payload)}"
    return f"{signed}.{encoded(hmac.digest(key, signed.encode(), hashlib.sha256))}"


class Door:
    """An `Authenticator` to knock at, with its own event loop and a JWKS to fetch."""

    def __init__(
        self,
        runner: asyncio.Runner,
        settings: Settings,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._runner = runner
        self._http = httpx.AsyncClient()
        self._authenticator = Authenticator(settings, self._http, clock)

    def knock(self, *headers: Header) -> UUID | str:
        """Send a request with these headers: whose it is, or the error's code."""
        request = Request({"type": "http", "headers": list(headers)})
        try:
            return self._runner.run(self._authenticator.authenticate(request)).user_id
        except ApiError as error:
            return self.refusal(error, headers)

    def caller(self, token: str) -> Caller:
        """Knock with a token; raise the refusal."""
        headers = [(b"authorization", b"Bearer " + token.encode())]
        request = Request({"type": "http", "headers": headers})
        return self._runner.run(self._authenticator.authenticate(request))

    def can_verify(self) -> bool:
        """Whether it has any key at all."""
        return self._runner.run(self._authenticator.can_verify())

    def bearer(self, token: str) -> UUID | str:
        return self.knock((b"authorization", b"Bearer " + token.encode()))

    def refusal(self, error: ApiError, headers: tuple[Header, ...]) -> str:
        if error.code == REFUSED:
            assert error.status == 401
            assert error.headers["WWW-Authenticate"] == "Bearer"
        assert error.__cause__ is None
        for _, value in headers:
            for piece in value.decode("latin-1").replace(".", " ").split(" "):
                assert len(piece) < 20 or piece not in str(error.body())
        return error.code

    def close(self) -> None:
        self._runner.run(self._http.aclose())


def settings(server: JwksServer, **values: Any) -> Settings:
    return Settings(
        **{
            "_env_file": None,
            "environment": "production",
            "supabase_url": server.url.removesuffix("/auth/v1/.well-known/jwks.json"),
            "supabase_publishable_key": "sb_publishable_q1w2e3r4t5y6u7i8o9p0_zxcvbnm",
            "supabase_jwt_secret": SECRET,
            **values,
        }
    )
