"""The API's own tokens: one role, one user, one minute."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from api.database import tokens
from api.database.tokens import TokenMint
from api.identity.caller import Caller
from api.settings import LOCAL_JWT_SECRET, Settings

EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65_537, 2_048)
SIGNING_KEYS: dict[str, dict[str, Any]] = {
    "ES256": {**ECAlgorithm.to_jwk(EC_KEY, as_dict=True), "kid": "ec-1"},
    "RS256": {**RSAAlgorithm.to_jwk(RSA_KEY, as_dict=True), "kid": "rsa-1"},
}
PUBLIC_KEYS: dict[str, Any] = {"ES256": EC_KEY.public_key(), "RS256": RSA_KEY.public_key()}
USER = Caller(UUID("00000000-0000-4000-8000-00000000000a"))


class Clock:
    """The time, as a test wants it."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, environment="development", **values)


def claims(token: str) -> dict[str, Any]:
    options: Any = {"verify_exp": False, "verify_iat": False}
    return dict(
        jwt.decode(token, LOCAL_JWT_SECRET, ["HS256"], audience="authenticated", options=options)
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mint(clock: Clock) -> TokenMint:
    return TokenMint(settings(), clock)


class TestClaims:
    def test_all_of_them(self, mint: TokenMint, clock: Clock) -> None:
        assert claims(mint.token_for(USER)) == {
            "role": "session_api",
            "sub": str(USER.user_id),
            "aud": "authenticated",
            "exp": int(clock.now) + 60,
        }

    def test_nobody_else_s(self, mint: TokenMint) -> None:
        users = [uuid4() for _ in range(100)]
        for user_id in users * 2:
            assert claims(mint.token_for(Caller(user_id)))["sub"] == str(user_id)

    def test_no_other_claims_of_the_same_user(self, mint: TokenMint) -> None:
        levels = ["aal1", "aal2"] * 2
        callers = [Caller(USER.user_id, json.dumps({"aal": level})) for level in levels]
        assert [claims(mint.token_for(caller))["aal"] for caller in callers] == levels


class TestSignature:
    def test_secret(self, mint: TokenMint) -> None:
        assert jwt.get_unverified_header(mint.token_for(USER)) == {"alg": "HS256", "typ": "JWT"}

    @pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
    def test_signing_key(self, algorithm: str) -> None:
        jwk = SIGNING_KEYS[algorithm]
        # it goes before the secret, which may still be there for users' tokens
        mint = TokenMint(settings(session_api_signing_key=json.dumps(jwk)))
        token = mint.token_for(USER)
        header = jwt.get_unverified_header(token)
        assert (header["alg"], header["kid"]) == (algorithm, jwk["kid"])
        verified = jwt.decode(token, PUBLIC_KEYS[algorithm], [algorithm], audience="authenticated")
        assert (verified["role"], verified["sub"]) == ("session_api", str(USER.user_id))


class TestReuse:
    def test_for_most_of_its_life(self, mint: TokenMint, clock: Clock) -> None:
        token = mint.token_for(USER)
        clock.now += 45
        assert mint.token_for(USER) == token
        clock.now += 1
        assert mint.token_for(USER) != token

    def test_always_valid_for_a_while(self, mint: TokenMint, clock: Clock) -> None:
        for _ in range(300):
            left = claims(mint.token_for(USER))["exp"] - clock.now
            assert 14 < left <= 60
            clock.now += 0.7

    @pytest.mark.parametrize("seconds", [3_600, -3_600, -1])
    def test_a_clock_that_jumps(self, mint: TokenMint, clock: Clock, seconds: int) -> None:
        mint.token_for(USER)
        clock.now += seconds
        assert claims(mint.token_for(USER))["exp"] == int(clock.now) + 60

    def test_bounded(self, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
        monkeypatch.setattr(tokens, "MOST_CALLERS", 10)
        mint = TokenMint(settings(), clock)
        first = mint.token_for(USER)
        clock.now += 1
        assert mint.token_for(USER) == first
        for _ in range(10):
            mint.token_for(Caller(uuid4()))
        assert mint.token_for(USER) != first

    def test_threads(self, mint: TokenMint) -> None:
        users = [uuid4() for _ in range(20)]
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(mint.token_for, map(Caller, users * 50)))
        assert [claims(token)["sub"] for token in found] == [str(user) for user in users * 50]
        assert len(set(found)) == len(users)
