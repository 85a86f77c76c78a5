"""Reads JWKs: public ones, which verify users' tokens, and the private one that signs our own."""

import json
from typing import Any, Final, cast

import jwt

MIN_RSA_BITS: Final = 2048
CURVE: Final = "secp256r1"
ALGORITHMS: Final = {"EC": "ES256", "RSA": "RS256"}
PUBLIC_MEMBERS: Final = {"EC": ("crv", "x", "y"), "RSA": ("n", "e")}


class UnusableKeyError(ValueError):
    """The JWK cannot be used. The text says why, as a predicate of the key."""


def private_key(text: str) -> jwt.PyJWK:
    """Read a private JWK from JSON, bound to its algorithm.

    Raises:
        UnusableKeyError: it is not a single private ES256 or RS256 key with a `kid`.

    """
    try:
        jwk = json.loads(text)
    except (ValueError, RecursionError):
        jwk = None
    if not isinstance(jwk, dict):
        raise UnusableKeyError(
            "is not a JSON object: paste one private JWK, as `supabase gen signing-key` prints it."
        )
    kind = kind_of(jwk)
    if "d" not in jwk:
        raise UnusableKeyError("is a public key, which cannot sign: paste the private JWK.")
    return usable(jwk, kind)


def public_key(jwk: dict[str, Any]) -> jwt.PyJWK | None:
    """Read one key of a JWKS, or `None` if it is not for ES256 or RS256 signatures.

    A symmetric key (`oct`) is never accepted: anyone who can read the JWKS could sign with it.
    """
    try:
        kind = kind_of(jwk)
        operations = jwk.get("key_ops", ["verify"])
        if jwk.get("use", "sig") != "sig" or "verify" not in cast("list[str]", operations):
            return None
        # only the public members, in case a private key was published by mistake
        members = {name: jwk[name] for name in PUBLIC_MEMBERS[kind]}
        return usable({"kty": kind, "kid": jwk["kid"], **members}, kind)
    except (UnusableKeyError, KeyError, TypeError):
        return None


def public_keys(document: Any) -> dict[str, jwt.PyJWK]:
    """Read a JWKS: its keys for ES256 and RS256 signatures, by id. Others are ignored.

    Raises:
        ValueError: this is not a JWKS.

    """
    jwks = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(jwks, list):
        raise ValueError("not a JWKS")  # noqa: TRY004 - a wrong document, not a wrong call
    found: dict[str, jwt.PyJWK] = {}
    for jwk in jwks:
        key = public_key(jwk) if isinstance(jwk, dict) else None
        if key is not None:
            found.setdefault(str(key.key_id), key)
    return found


def kind_of(jwk: dict[str, Any]) -> str:
    """Check the key's algorithm and `kid`, and return its `kty`."""
    kind = str(jwk.get("kty"))
    if kind not in ALGORITHMS or jwk.get("alg", ALGORITHMS[kind]) != ALGORITHMS[kind]:
        raise UnusableKeyError(
            "is neither ES256 nor RS256: generate one with `supabase gen signing-key`."
        )
    if not isinstance(jwk.get("kid"), str) or not jwk["kid"]:
        raise UnusableKeyError("has no `kid`, by which PostgREST finds the public key: add it.")
    return kind


def usable(jwk: dict[str, Any], kind: str) -> jwt.PyJWK:
    """Build the key, checking the curve and size that its algorithm needs."""
    if not all(isinstance(jwk.get(name), str) for name in PUBLIC_MEMBERS[kind]):
        raise UnusableKeyError("is not a valid JWK: copy it again.")
    try:
        key = jwt.PyJWK(jwk, ALGORITHMS[kind])
    except jwt.PyJWTError:
        raise UnusableKeyError("is not a valid JWK: copy it again.") from None
    if kind == "EC" and key.key.curve.name != CURVE:
        raise UnusableKeyError("is not on the curve P-256, which ES256 needs: generate another.")
    if kind == "RSA" and key.key.key_size < MIN_RSA_BITS:
        raise UnusableKeyError(f"has fewer than {MIN_RSA_BITS} bits: generate a longer one.")
    return key
