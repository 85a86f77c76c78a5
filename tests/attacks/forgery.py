"""Invalid tokens, written by hand where no library would produce them."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.actors import User

_RSA = rsa.generate_private_key(65_537, 2_048)
_EC = ec.generate_private_key(ec.SECP256R1())
_PEM = _RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
_JWK: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(_RSA.public_key(), as_dict=True)
_WRONG = "a-secret-of-the-right-length-that-is-not-the-projects"

Forger = Callable[[User, str], str]
"""Makes a token out of a user and the project's secret, which only some of them may use."""


def claims(user: User, **changes: Any) -> dict[str, Any]:
    """The claims of a signed-in user, with changes; a claim changed to `...` is left out."""
    now = int(time.time())
    valid = {
        "sub": str(user.id),
        "aud": "authenticated",
        "role": "authenticated",
        "iat": now,
        "exp": now + 3_600,
    }
    return {name: value for name, value in {**valid, **changes}.items() if value is not ...}


def encoded(part: object) -> str:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def by_hand(header: object, payload: object, key: bytes | None, digest: str = "sha256") -> str:
    """Sign whatever it is with HMAC, or leave the signature empty."""
    signed = f"{encoded(header)}.{encoded(payload)}"
    if key is None:
        return f"{signed}."
    return f"{signed}.{encoded(hmac.digest(key, signed.encode(), digest))}"


def unsigned(algorithm: object) -> Forger:
    return lambda user, _: by_hand({"alg": algorithm, "typ": "JWT"}, claims(user), None)


def confused(header: dict[str, Any], key: bytes) -> Forger:
    return lambda user, _: by_hand({"typ": "JWT", **header}, claims(user), key)


def wrongly_signed(**changes: Any) -> Forger:
    return lambda user, _: jwt.encode(claims(user, **changes), _WRONG, "HS256")


def with_the_header(**header: Any) -> Forger:
    """Sign with another secret: no header may make such a token valid."""
    return lambda user, _: by_hand({"alg": "HS256", **header}, claims(user), _WRONG.encode())


def changed_after_signing(user: User, secret: str) -> str:
    header, _, signature = jwt.encode({"role": "anon"}, secret, "HS256").split(".")
    return f"{header}.{encoded(claims(user))}.{signature}"


_NONES: tuple[object, ...] = ("none", "None", "NONE", "nOnE", "", None, 0, [])

# No server may accept these.
FORGED: dict[str, Forger] = {
    **{f"alg {alg!r}": unsigned(alg) for alg in _NONES},
    "no alg": lambda user, _: by_hand({"typ": "JWT"}, claims(user), b""),
    "none, with a signature": confused({"alg": "none"}, _WRONG.encode()),
    "HS256 of nothing": confused({"alg": "HS256"}, b""),
    "no signature": lambda user, _: by_hand({"alg": "HS256"}, claims(user), None),
    "an RSA key as the secret": confused({"alg": "HS256"}, _PEM),
    "an RSA key as the secret, stripped": confused({"alg": "HS256"}, _PEM.strip()),
    "a JWK as the secret": confused({"alg": "HS256"}, json.dumps(_JWK).encode()),
    "an own RSA key": lambda user, _: jwt.encode(claims(user), _RSA, "RS256", {"kid": "1"}),
    "an own EC key": lambda user, _: jwt.encode(claims(user), _EC, "ES256", {"kid": "1"}),
    "an own key, brought along": lambda user, _: jwt.encode(
        claims(user), _RSA, "RS256", {"jwk": _JWK}
    ),
    "an own key, at an address": lambda user, _: jwt.encode(
        claims(user), _RSA, "RS256", {"jku": "http://127.0.0.1:9/jwks", "x5u": "http://127.0.0.1:9"}
    ),
    "an own certificate": lambda user, _: jwt.encode(
        claims(user), _RSA, "RS256", {"x5c": [encoded(_PEM)]}
    ),
    "another secret": wrongly_signed(),
    **{
        f"another secret, as {role}": wrongly_signed(role=role)
        for role in ("session_api", "service_role", "postgres", "authenticator", "supabase_admin")
    },
    "changed after signing": changed_after_signing,
    "HS384": lambda user, secret: by_hand(
        {"alg": "HS256"}, claims(user), secret.encode(), "sha384"
    ),
    "kid of /dev/null": lambda user, _: by_hand(
        {"alg": "HS256", "kid": "../../../../dev/null"}, claims(user), b""
    ),
    "kid as SQL": with_the_header(kid="' union select 'x' --"),
    "kid of 10 kB": with_the_header(kid="k" * 10_240),
    "kid that is no text": with_the_header(kid=[{"a": 1}]),
    "crit": with_the_header(crit=["exp"], exp=0),
    "zip": with_the_header(zip="DEF"),
    "b64": with_the_header(b64=False, crit=["b64"]),
    "expired": lambda user, secret: jwt.encode(claims(user, exp=1), secret, "HS256"),
    "not yet": lambda user, secret: jwt.encode(
        claims(user, nbf=int(time.time()) + 3_600), secret, "HS256"
    ),
    "not a token": lambda *_: "not-a-token",
    "dots": lambda *_: "..",
    "one part": lambda user, _: encoded(claims(user)),
    "five parts": lambda user, secret: jwt.encode(claims(user), secret, "HS256") + ".a.b",
    "the payload twice": lambda user, secret: by_hand(
        {"alg": "HS256"},
        f'{{"role": "anon"}}{json.dumps(claims(user))}'.encode(),
        _WRONG.encode(),
    ),
}

# Signed by the project, and still no signed-in user's.
NO_USERS: dict[str, dict[str, Any]] = {
    "no exp": {"exp": ...},
    "exp null": {"exp": None},
    "exp as text": {"exp": "never"},
    "no sub": {"sub": ...},
    "sub null": {"sub": None},
    "sub empty": {"sub": ""},
    "sub no UUID": {"sub": "1 or true"},
    "sub a number": {"sub": 1},
    "sub a list": {"sub": ["{owner}"]},
    "sub with a space": {"sub": "{owner} "},
    "sub in braces": {"sub": "{{{owner}}}"},
    "sub without dashes": {"sub": "{hex}"},
    "sub of nobody": {"sub": "00000000-0000-0000-0000-000000000000"},
    "no aud": {"aud": ...},
    "aud empty": {"aud": ""},
    "aud an empty list": {"aud": []},
    "aud anon": {"aud": "anon"},
    "aud of others": {"aud": ["service", "other"]},
    "no role": {"role": ...},
    "role null": {"role": None},
    "role a list": {"role": ["authenticated", "service_role"]},
    "role with a space": {"role": "authenticated "},
    "role in capitals": {"role": "AUTHENTICATED"},
    "role as SQL": {"role": 'authenticated"; reset role; --'},
    **{
        f"role {role}": {"role": role}
        for role in (
            "anon",
            "service_role",
            "session_api",
            "postgres",
            "authenticator",
            "public",
            "",
        )
    },
}
