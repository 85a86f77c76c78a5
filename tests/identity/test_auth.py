"""Who calls: every token that is not a signed-in user's of this project is a 401, and only that."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import hypothesis
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.requests import Request

from api.database.tokens import TokenMint
from api.errors import ApiError
from api.identity import auth
from api.identity.auth import Authenticator
from api.identity.caller import Caller
from api.identity.jwks import PublicKeys
from api.main import create_app
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
    """A signed-in user's; a claim changed to `...` is left out."""
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


@pytest.fixture(scope="module")
def server() -> Iterator[JwksServer]:
    with JwksServer(OCT_JWK, EC_JWK, RSA_JWK) as served:
        yield served


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


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


@pytest.fixture(scope="module")
def door(server: JwksServer, runner: asyncio.Runner) -> Iterator[Door]:
    door = Door(runner, settings(server))
    yield door
    door.close()


@pytest.fixture(scope="module")
def open_door(server: JwksServer, runner: asyncio.Runner) -> Iterator[Door]:
    """One where `X-Test-User-ID` says who it is."""
    values = {"environment": "development", "enable_test_auth": True}
    door = Door(runner, settings(server, **values))
    yield door
    door.close()


class TestValid:
    @pytest.mark.parametrize("scheme", [b"Bearer", b"bearer", b"BEARER", b"Bearer  "])
    def test_secret(self, door: Door, scheme: bytes) -> None:
        assert door.knock((b"authorization", scheme + b" " + by_secret().encode())) == USER

    def test_ec_key(self, door: Door) -> None:
        assert door.bearer(by_key()) == USER

    def test_rsa_key(self, door: Door) -> None:
        assert door.bearer(jwt.encode(claims(), RSA_KEY, "RS256", {"kid": "rsa-1"})) == USER

    @pytest.mark.parametrize(
        "changes",
        [
            {"iat": ...},
            {"iss": ...},
            {"aud": ["authenticated", "another"]},
            {"sub": str(USER).upper()},
            {"exp": 4_102_444_800.5},  # the year 2100, and a fraction
            {"nbf": 0},
            {"is_anonymous": True},
            {"email": "é" * 500},
        ],
    )
    def test_claims_that_do_not_matter(self, door: Door, changes: dict[str, Any]) -> None:
        assert door.bearer(by_secret(**changes)) == USER

    @pytest.mark.parametrize("header", [{}, {"kid": "any"}, {"typ": "at+jwt"}, {"cty": "x"}])
    def test_headers_that_do_not_matter(self, door: Door, header: dict[str, str]) -> None:
        assert door.bearer(forged({"alg": "HS256", **header})) == USER

    def test_each_user_is_oneself(self, door: Door) -> None:
        users = [uuid4() for _ in range(50)]
        tokens = [by_secret(sub=str(user)) for user in users]
        assert [door.bearer(token) for token in tokens * 2] == users * 2

    def test_clocks_that_differ_by_seconds(self, door: Door) -> None:
        now = int(time.time())
        assert door.bearer(by_secret(exp=now - 2)) == USER
        assert door.bearer(by_secret(iat=now + 3, nbf=now + 3)) == USER


class TestClaims:
    @pytest.mark.parametrize(
        "changes",
        [
            {"exp": ...},
            {"exp": None},
            {"exp": 0},
            {"exp": int(time.time()) - 60},
            {"exp": "soon"},
            {"exp": "9" * 5_000},
            {"exp": [9_999_999_999]},
            {"exp": {}},
            {"nbf": int(time.time()) + 600},
            {"nbf": "x"},
            {"iat": int(time.time()) + 600},
            {"iat": []},
            {"sub": ...},
            {"sub": None},
            {"sub": ""},
            {"sub": 7},
            {"sub": [str(USER)]},
            {"sub": "alice"},
            {"sub": f" {USER}"},
            {"sub": f"{{{USER}}}"},
            {"sub": f"urn:uuid:{USER}"},
            {"sub": USER.hex},
            {"sub": f"{USER}' or true --"},
            {"sub": f"{USER}\x00"},
            {"sub": "０" * 8 + str(USER)[8:]},  # noqa: RUF001 - digits, and not ASCII
            {"aud": ...},
            {"aud": ""},
            {"aud": []},
            {"aud": None},
            {"aud": "anon"},
            {"aud": "authenticated "},
            {"aud": ["anon"]},
            {"aud": [["authenticated"]]},
            {"aud": {"authenticated": True}},
            {"role": ...},
            {"role": None},
            {"role": ""},
            {"role": "anon"},
            {"role": "service_role"},
            {"role": "session_api"},
            {"role": "postgres"},
            {"role": "Authenticated"},
            {"role": ["authenticated"]},
            {"role": {"authenticated": 1}},
        ],
    )
    def test_refused(self, door: Door, changes: dict[str, Any]) -> None:
        assert door.bearer(by_secret(**changes)) == REFUSED
        assert door.bearer(by_key(**changes)) == REFUSED

    def test_keys_of_the_project(self, door: Door) -> None:
        now = int(time.time())
        for role in ("anon", "service_role"):
            key = {"iss": "supabase", "ref": "abcdefgh", "role": role, "iat": now, "exp": now + 60}
            assert door.bearer(jwt.encode(key, SECRET, "HS256")) == REFUSED

    def test_the_api_s_own_token(self, door: Door, server: JwksServer) -> None:
        assert door.bearer(TokenMint(settings(server)).token_for(Caller(USER))) == REFUSED

    @pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe{}"])
    def test_no_claims_at_all(self, door: Door, payload: bytes) -> None:
        assert door.bearer(forged({"alg": "HS256"}, payload=payload)) == REFUSED

    def test_nested_beyond_measure(self, door: Door) -> None:
        nested = b'{"a":' + b"[" * 2_500 + b"]" * 2_500 + b"}"
        assert door.bearer(forged({"alg": "HS256"}, payload=nested)) == REFUSED
        assert door.bearer(forged(nested)) == REFUSED


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
            for number in range(1_000):
                token = forged({"alg": "ES256", "kid": f"unknown-{number}"})
                assert door.bearer(token) == REFUSED
            assert server.requests == 1
            assert door.bearer(by_key()) == USER
            assert server.requests == 1
            door.close()

    def test_keys_that_cannot_be_fetched(self, runner: asyncio.Runner) -> None:
        with JwksServer(EC_JWK) as server:
            door = Door(runner, settings(server))
            server.status = 503
            assert door.bearer(by_key()) == "DATABASE_UNAVAILABLE"
            assert door.bearer(by_secret()) == USER
            door.close()


class TestAuthorizationHeader:
    @pytest.mark.parametrize(
        "value",
        [
            b"",
            b" ",
            b"Bearer",
            b"Bearer ",
            b"Bearer null",
            b"Bearer undefined",
            b"Bearer a.b",
            b"Bearer a.b.c",
            b"Bearer ..",
            b"Bearer a.b.c.d",
            b"Bearer a.b.c d",
            b"Bearer\ta.b.c",
            b"Basic YWxpY2U6c2VjcmV0",
            b"Token a.b.c",
            b"Bearer \xff\xfe.\xff.\xff",
            b"Bearer \x00",
            b"Bearer " + b"." * 8_000,
            b"Bearer " + b"a" * 100_000,
            b"Bearer " + b"a." * 100_000,
        ],
    )
    def test_refused(self, door: Door, value: bytes) -> None:
        assert door.knock((b"authorization", value)) == REFUSED

    def test_none(self, door: Door) -> None:
        assert door.knock() == REFUSED
        assert door.knock((b"x-authorization", b"Bearer " + by_secret().encode())) == REFUSED

    def test_exactly_one(self, door: Door) -> None:
        valid = (b"authorization", b"Bearer " + by_secret().encode())
        assert door.knock(valid, valid) == REFUSED
        assert door.knock(valid, (b"authorization", b"")) == REFUSED
        assert door.knock((b"authorization", valid[1] + b", " + valid[1])) == REFUSED

    @pytest.mark.parametrize(
        "changed",
        [
            "{}=",
            "{}==",
            "={}",
            "{}\n",
            "\n{}",
            "{}.",
            ".{}",
            '"{}"',
            "{} ",
            "Bearer {}",
        ],
    )
    def test_a_valid_token_with_something_to_it(self, door: Door, changed: str) -> None:
        assert door.bearer(changed.format(by_secret())) == REFUSED

    def test_standard_base64_is_not_ours(self, door: Door) -> None:
        head, payload, signature = by_secret(name="?>?>?>~~").split(".")
        standard = ".".join(
            part.translate(str.maketrans("-_", "+/")) for part in (head, payload, signature)
        )
        assert "+" in standard or "/" in standard
        assert door.bearer(standard) == REFUSED

    def test_absurdly_long(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        token = by_secret(email="x" * 10_000)
        monkeypatch.setattr(auth, "unverified_header", None)  # refused before anything is read
        assert door.bearer(token) == REFUSED


class TestFuzz:
    @untimed
    @given(st.binary())
    def test_any_bytes(self, door: Door, value: bytes) -> None:
        assert door.knock((b"authorization", value)) == REFUSED
        assert door.knock((b"authorization", b"Bearer " + value)) == REFUSED

    @untimed
    @given(st.lists(st.binary(max_size=40), min_size=1, max_size=5), st.binary(max_size=3))
    def test_any_segments(self, door: Door, segments: list[bytes], end: bytes) -> None:
        token = ".".join(map(encoded, segments)).encode() + end
        assert door.knock((b"authorization", b"Bearer " + token)) == REFUSED

    @untimed
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
            max_leaves=5,
        ).flatmap(
            lambda value: st.fixed_dictionaries(
                {},
                optional={
                    name: st.just(value)
                    | st.sampled_from(["HS256", "ES256", "ec-1", "none", "JWT"])
                    for name in ("alg", "kid", "typ", "crit", "b64", "jku", "jwk")
                },
            )
        )
    )
    def test_any_header(self, door: Door, header: dict[str, Any]) -> None:
        token = forged(header, OTHER_SECRET.encode())
        assert door.bearer(token) == REFUSED
        # with the right secret, HS256 is the one way in
        found = door.bearer(forged(header))
        assert found == REFUSED or (found == USER and header["alg"] == "HS256")

    @untimed
    @given(
        st.dictionaries(
            st.sampled_from(["exp", "nbf", "iat", "sub", "aud", "role", "iss", "jti", "amr"]),
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.text()
            | st.lists(st.text(), max_size=2)
            | st.sampled_from(["authenticated", str(USER), int(time.time()) + 600]),
        )
    )
    def test_any_claims(self, door: Door, changes: dict[str, Any]) -> None:
        payload = {**claims(), **changes}
        found = door.bearer(forged({"alg": "HS256"}, payload=payload))
        if found != REFUSED:
            assert str(found) == payload["sub"].lower()
            assert payload["role"] == "authenticated"
            assert payload["aud"] in ("authenticated", ["authenticated"])
            assert int(payload["exp"]) > time.time() - 10

    @untimed
    @given(st.data())
    def test_any_change_to_a_valid_token(self, door: Door, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from([by_secret, by_key]))(email="")
        at = data.draw(st.integers(0, len(token) - 1))
        changed = token[:at] + data.draw(st.characters(codec="ascii")) + token[at + 1 :]
        if changed != token:
            assert door.bearer(changed) == REFUSED


class TestRemembered:
    """A token that was verified is known again, and nothing is that would not be valid."""

    class Clock:
        now = 1_000.0

        def __call__(self) -> float:
            return self.now

    @pytest.fixture
    def verifications(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        seen: list[str] = []
        decode = jwt.decode

        def noted(token: str, *arguments: Any, **options: Any) -> Any:
            seen.append(token)
            return decode(token, *arguments, **options)

        monkeypatch.setattr(jwt, "decode", noted)
        return seen

    @pytest.mark.parametrize("make", [by_secret, by_key])
    def test_verified_once(self, door: Door, verifications: list[str], make: partial[str]) -> None:
        token = make(email=str(uuid4()))
        assert [door.bearer(token) for _ in range(10)] == [USER] * 10
        assert verifications == [token]

    def test_a_refusal_is_not(self, door: Door, verifications: list[str]) -> None:
        token = by_secret(role="anon", email=str(uuid4()))
        assert [door.bearer(token) for _ in range(3)] == [REFUSED] * 3
        assert verifications == [token] * 3

    def test_until_it_expires(
        self, server: JwksServer, runner: asyncio.Runner, verifications: list[str]
    ) -> None:
        clock = self.Clock()
        clock.now = time.time()
        door = Door(runner, settings(server), clock)
        expires = int(clock.now) + 60
        token = by_secret(exp=expires)
        door.bearer(token)
        clock.now = expires + 4.9
        door.bearer(token)
        assert verifications.count(token) == 1
        clock.now = expires + 5
        door.bearer(token)
        assert verifications.count(token) == 2
        door.close()

    def test_until_its_key_is_withdrawn(
        self, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = self.Clock()
        monkeypatch.setattr(auth, "PublicKeys", partial(PublicKeys, clock=clock))
        with JwksServer(EC_JWK) as server:
            door = Door(runner, settings(server))
            token = by_key()
            assert door.bearer(token) == USER
            server.document = {"keys": [RSA_JWK]}
            clock.now += 600
            assert door.bearer(token) == REFUSED
            door.close()

    def test_until_its_key_is_another(
        self, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = self.Clock()
        monkeypatch.setattr(auth, "PublicKeys", partial(PublicKeys, clock=clock))
        other = {**ECAlgorithm.to_jwk(OTHER_EC_KEY.public_key(), as_dict=True), "kid": "ec-1"}
        with JwksServer(EC_JWK) as server:
            door = Door(runner, settings(server))
            token = by_key()
            assert door.bearer(token) == USER
            server.document = {"keys": [other]}
            clock.now += 600
            assert door.bearer(token) == REFUSED
            door.close()


class TestTestUser:
    HEADER = (b"x-test-user-id", str(USER).encode())

    def door(self, server: JwksServer, runner: asyncio.Runner, **values: Any) -> Door:
        return Door(runner, settings(server, **values))

    def test_in_development_when_enabled(self, open_door: Door) -> None:
        assert open_door.knock(self.HEADER) == USER

    def test_before_a_token(self, open_door: Door) -> None:
        token = by_secret(sub=str(uuid4())).encode()
        assert open_door.knock((b"authorization", b"Bearer " + token), self.HEADER) == USER

    def test_a_token_goes_on_working(self, open_door: Door) -> None:
        assert open_door.bearer(by_secret()) == USER
        assert open_door.knock() == REFUSED

    @pytest.mark.parametrize(
        "value", [b"", b"alice", str(USER).encode() + b" ", USER.hex.encode(), b"\xff" * 36]
    )
    def test_not_a_uuid(self, open_door: Door, value: bytes) -> None:
        assert open_door.knock((b"x-test-user-id", value)) == REFUSED

    def test_not_one(self, open_door: Door) -> None:
        assert open_door.knock(self.HEADER, self.HEADER) == REFUSED

    @untimed
    @given(value=st.binary())
    def test_any_bytes(self, open_door: Door, value: bytes) -> None:
        assert open_door.knock((b"x-test-user-id", value)) == REFUSED

    @pytest.mark.parametrize(
        "values",
        [
            {"environment": "production"},
            {"environment": "development"},
            {"environment": "development", "enable_test_auth": False},
        ],
    )
    def test_ignored(
        self, server: JwksServer, runner: asyncio.Runner, values: dict[str, Any]
    ) -> None:
        door = self.door(server, runner, **values)
        assert door.knock(self.HEADER) == REFUSED
        other = uuid4()
        token = by_secret(sub=str(other)).encode()
        assert door.knock((b"authorization", b"Bearer " + token), self.HEADER) == other
        door.close()

    def test_never_in_production(self, server: JwksServer, runner: asyncio.Runner) -> None:
        """Not even with settings that cannot be made."""
        allowed = settings(server, environment="development", enable_test_auth=True)
        door = Door(runner, allowed.model_copy(update={"environment": "production"}))
        assert door.knock(self.HEADER) == REFUSED
        door.close()


class TestDocumented:
    def test_authorize_button(self) -> None:
        schema = create_app(Settings(_env_file=None, environment="development")).openapi()
        (name,) = schema["components"]["securitySchemes"]
        scheme = schema["components"]["securitySchemes"][name]
        assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
        operations = [
            operation
            for path, methods in schema["paths"].items()
            for operation in methods.values()
            if path.startswith("/api/")
        ]
        assert operations
        assert all(operation["security"] == [{name: []}] for operation in operations)
