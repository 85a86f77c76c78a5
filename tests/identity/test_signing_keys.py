"""A project whose keys are ES256 or RS256: users' tokens, the API's own, and PostgREST between."""

import json
import os
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from local.addresses import HOST, free_port
from local.migrations import CLI
from local.server import api_server
from tests import actors
from tests.conftest import client
from tests.identity.jwks_server import JwksServer
from tests.stacks import Spare, scratch_folder

Jwk = dict[str, Any]


def generated(algorithm: str) -> Jwk:
    """A private key of the Supabase CLI, as docs/hosted.md makes one."""
    with scratch_folder() as folder:
        result = subprocess.run(  # noqa: S603
            [CLI, "gen", "signing-key", "--algorithm", algorithm, "--agent", "no"],
            cwd=folder,
            env={**os.environ, "SUPABASE_TELEMETRY_DISABLED": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
    found: Jwk = json.loads(result.stdout)
    return found


def made(algorithm: str) -> Jwk:
    """A private key of the same kind: the CLI would take seconds for each."""
    if algorithm == "ES256":
        found = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)
    else:
        found = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048), as_dict=True)
    return {**found, "kid": str(uuid4()), "alg": algorithm, "use": "sig"}


def public(key: Jwk) -> Jwk:
    private = {"d", "p", "q", "dp", "dq", "qi", "key_ops"}
    return {name: value for name, value in key.items() if name not in private}


def secret_key(secret: str) -> Jwk:
    """The legacy secret, as a hosted PostgREST has it beside the public keys."""
    encoded = urlsafe_b64encode(secret.encode()).rstrip(b"=").decode()
    return {"kty": "oct", "alg": "HS256", "k": encoded}


def user_token(user_id: UUID, key: Jwk) -> str:
    """A token as the project's sign-in signs it."""
    now = int(time.time())
    claims = {
        "sub": str(user_id),
        "aud": "authenticated",
        "role": "authenticated",
        "iat": now,
        "exp": now + 3600,
    }
    return jwt.encode(claims, jwt.PyJWK(key), key["alg"], {"kid": key["kid"]})


@pytest.fixture(scope="module", params=["ES256", "RS256"])
def keys(request: pytest.FixtureRequest) -> tuple[Jwk, Jwk]:
    """The key in use, for users' tokens, and the imported one that is the API's."""
    return made(str(request.param)), generated(str(request.param))


@pytest.fixture(scope="module")
def postgrest(spare: Spare, keys: tuple[Jwk, Jwk]) -> Iterator[str]:
    """A PostgREST that trusts both, and the legacy secret."""
    trusted = {"keys": [secret_key(spare.jwt_secret), *map(public, keys)]}
    with spare.another_postgrest(PGRST_JWT_SECRET=json.dumps(trusted)) as url:
        yield url


@pytest.fixture(scope="module")
def project(postgrest: str, keys: tuple[Jwk, Jwk]) -> Iterator[str]:
    """The address of an API in production that knows no secret at all."""
    with ExitStack() as cleanup:
        published = cleanup.enter_context(JwksServer(*map(public, keys)))
        folder = cleanup.enter_context(scratch_folder())
        port = free_port()
        env = {
            "PATH": os.defpath,
            "SUPABASE_URL": f"http://{HOST}:9",
            "POSTGREST_URL": postgrest,
            "SUPABASE_JWKS_URL": published.url,
            "SESSION_API_SIGNING_KEY": json.dumps(keys[1]),
        }
        server = api_server(port, env, folder, folder / "api.log")
        cleanup.callback(server.stop)
        server.start()
        yield f"http://{HOST}:{port}"


@pytest.fixture
def user_id(spare: Spare) -> UUID:
    with psycopg.connect(spare.database_url, autocommit=True) as sql:
        return actors.new_user(sql, spare.jwt_secret).id


def test_a_user_writes_and_reads(project: str, user_id: UUID, keys: tuple[Jwk, Jwk]) -> None:
    with client(project, Authorization=f"Bearer {user_token(user_id, keys[0])}") as user:
        made = user.post("/api/v1/chat/sessions", json={"title": "By key"})
        assert made.status_code == httpx.codes.CREATED, made.text
        found = user.get(f"/api/v1/chat/sessions/{made.json()['id']}")
        assert found.json()["user_id"] == str(user_id)


def test_the_browser_reads(postgrest: str, user_id: UUID, keys: tuple[Jwk, Jwk]) -> None:
    with client(postgrest, Authorization=f"Bearer {user_token(user_id, keys[0])}") as browser:
        assert browser.get("/user_profiles?select=id").json() == [{"id": str(user_id)}]


def test_ready(project: str) -> None:
    with client(project) as visitor:
        assert visitor.get("/readyz").status_code == httpx.codes.OK


def test_a_key_of_nobody(project: str, user_id: UUID, keys: tuple[Jwk, Jwk]) -> None:
    stranger = {**made(keys[0]["alg"]), "kid": keys[0]["kid"]}
    with client(project, Authorization=f"Bearer {user_token(user_id, stranger)}") as forger:
        answer = forger.get("/api/v1/chat/sessions")
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert answer.json()["detail"]["code"] == "NOT_AUTHENTICATED"


def test_a_legacy_token_where_the_secret_is_not_known(spare: Spare, project: str) -> None:
    with psycopg.connect(spare.database_url, autocommit=True) as sql:
        token = actors.new_user(sql, spare.jwt_secret).token
    with client(project, Authorization=f"Bearer {token}") as user:
        answer = user.get("/api/v1/chat/sessions")
    assert answer.status_code == httpx.codes.UNAUTHORIZED


class TestLegacySecret:
    """PostgREST on a project that has moved to keys still trusts its legacy secret."""

    def test_signs_for_the_api(self, spare: Spare, postgrest: str, user_id: UUID) -> None:
        claims = {"sub": str(user_id), "role": "session_api", "exp": int(time.time()) + 60}
        token = jwt.encode(claims, spare.jwt_secret, "HS256")
        with client(postgrest, Authorization=f"Bearer {token}") as api:
            assert api.get("/chat_sessions?select=id").json() == []
