"""Claims: only a signed-in user's of this project are accepted, and some reach the database."""

import asyncio
import json
import time
from typing import Any
from uuid import uuid4

import jwt
import pytest

from api.database.claims import database_claims
from api.database.tokens import TokenMint
from api.errors import ApiError
from api.identity.caller import Caller
from tests.identity.door import (
    REFUSED,
    RSA_KEY,
    SECRET,
    USER,
    Door,
    by_key,
    by_secret,
    claims,
    forged,
    settings,
)
from tests.identity.jwks_server import JwksServer


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


class TestSupabaseAuth:
    @pytest.mark.parametrize("sub", ["alice", "auth0|5f7c8ec7c33c6c004bbafe82", USER.hex, ""])
    def test_users_of_others_are_told_so(self, door: Door, sub: str) -> None:
        with pytest.raises(ApiError, match="Supabase Auth"):
            door.caller(by_secret(sub=sub))


class TestCarried:
    def test_what_policies_ask_for(self, door: Door) -> None:
        caller = door.caller(
            by_secret(aal="aal2", session_id="s", app_metadata={"team": 7}, is_anonymous=False)
        )
        assert json.loads(caller.claims) == {
            "aal": "aal2",
            "session_id": "s",
            "app_metadata": {"team": 7},
            "is_anonymous": False,
        }

    def test_no_others(self, door: Door) -> None:
        token = by_secret(is_anonymous=..., user_metadata={"admin": True}, phone="1")
        assert door.caller(token).claims == ""

    def test_further_ones(self, server: JwksServer, runner: asyncio.Runner) -> None:
        door = Door(runner, settings(server, forwarded_claims="tenant, plan"))
        caller = door.caller(by_secret(is_anonymous=..., tenant="t", plan=None))
        assert json.loads(caller.claims) == {"tenant": "t", "plan": None}
        door.close()

    def test_equal_claims_are_one_caller(self, door: Door) -> None:
        one = door.caller(by_secret(aal="aal1", app_metadata={"a": 1, "b": 2}))
        other = door.caller(by_secret(app_metadata={"b": 2, "a": 1}, aal="aal1", email="x"))
        assert one == other
        assert one != door.caller(by_secret(aal="aal2", app_metadata={"a": 1, "b": 2}))

    @pytest.mark.parametrize(
        "metadata",
        [
            "x" * 4_096,
            {"a": "\x00"},
            {"a": "\ud800"},
            {"\x00": 1},
            float("inf"),
            float("nan"),
            json.loads("[" * 300 + "]" * 300),
        ],
        ids=range(7),
    )
    def test_what_the_database_could_not_read(self, door: Door, metadata: object) -> None:
        assert door.bearer(by_secret(app_metadata=metadata)) == REFUSED

    def test_ours_come_first(self, door: Door) -> None:
        caller = door.caller(by_secret(aal="aal1"))
        found = database_claims(caller)
        assert (found["role"], found["sub"], found["aal"]) == ("session_api", str(USER), "aal1")


class TestWhomTheSettingsRefuse:
    def test_anonymous_users_are_let_in(self, server: JwksServer, runner: asyncio.Runner) -> None:
        door = Door(runner, settings(server, allow_anonymous_users=True))
        assert door.bearer(by_secret(is_anonymous=True)) == USER
        door.close()

    def test_anonymous_users(self, server: JwksServer, runner: asyncio.Runner) -> None:
        door = Door(runner, settings(server, allow_anonymous_users=False))
        assert door.bearer(by_secret(is_anonymous=False)) == USER
        assert door.bearer(by_secret(is_anonymous=...)) == USER
        for claim in (True, "true", 1, None):
            assert door.bearer(by_secret(is_anonymous=claim)) == "ANONYMOUS_USER"
        door.close()

    def test_one_factor(self, server: JwksServer, runner: asyncio.Runner) -> None:
        door = Door(runner, settings(server, require_second_factor=True))
        assert door.bearer(by_secret(aal="aal2")) == USER
        for claim in ("aal1", "", None, ["aal2"], ...):
            assert door.bearer(by_secret(aal=claim)) == "SECOND_FACTOR_REQUIRED"
        # that says nothing to whoever has no valid token
        assert door.bearer(forged({"alg": "HS256"}, b"another secret")) == REFUSED
        door.close()

    def test_nobody_by_default(self, door: Door) -> None:
        assert door.bearer(by_secret(is_anonymous=True, aal="aal1")) == USER
