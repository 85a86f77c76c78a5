"""Access tokens: ES256 by the published key, believed by everything; and what is not believed."""

import os
from collections.abc import Iterator

import httpx
import jwt
import psycopg
import pytest

from api.settings import LOCAL_JWT_SECRET
from local.addresses import HOST, free_port
from local.keys import DEMO_PASSWORD, DEMO_USERS, user_token
from local.server import api_server, api_settings
from local.stack import Stack
from tests.local.people import Session, browser, error, session, sign_in, sign_up


@pytest.fixture(scope="module")
def client(demo: Stack) -> Iterator[httpx.Client]:
    with browser(demo) as client:
        yield client


@pytest.fixture
def ada(client: httpx.Client) -> Session:
    """Somebody who has just signed up."""
    return sign_up(client)


class TestTokens:
    """ES256 by the published key; and everything believes them."""

    def test_key_is_published(self, client: httpx.Client, demo: Stack, ada: Session) -> None:
        url = f"{demo.url}/auth/v1/.well-known/jwks.json"
        (jwk,) = httpx.get(url, trust_env=False).json()["keys"]  # no key is required
        assert "d" not in jwk
        claims = jwt.decode(
            ada.access,
            jwt.PyJWK(jwk),
            ["ES256"],
            audience="authenticated",
            issuer=f"{demo.url}/auth/v1",
        )
        assert jwt.get_unverified_header(ada.access)["kid"] == jwk["kid"]
        assert claims["sub"] == ada.user["id"]
        assert claims["role"] == "authenticated"
        assert claims["exp"] - claims["iat"] == 3600

    @pytest.mark.parametrize("kind", ["sign-in", "well-known"])
    def test_is_believed(self, client: httpx.Client, demo: Stack, kind: str) -> None:
        alice = DEMO_USERS["alice"]
        token = (
            session(sign_in(client, "alice@example.com", DEMO_PASSWORD)).access
            if kind == "sign-in"
            else user_token(alice, 60)
        )
        bearer = {"Authorization": f"Bearer {token}"}
        assert client.get("/auth/v1/user", headers=bearer).json()["id"] == str(alice)
        rows = client.get(f"/rest/v1/user_profiles?id=eq.{alice}", headers=bearer).json()
        assert [row["first_name"] for row in rows] == ["Alice"]
        port = free_port()
        api = api_server(port, {"PATH": os.defpath, **api_settings(demo)}, demo.data_dir)
        try:
            api.start()
            url = f"http://{HOST}:{port}/api/v1/wingman/sessions"
            assert httpx.get(url, headers=bearer, trust_env=False).json()["total"] == 2
        finally:
            api.stop()

    def test_key_outlives_a_restart(self, demo: Stack) -> None:
        before = demo.verification_keys
        assert before == demo.verification_keys
        mode = (demo.data_dir / "signing-key.json").stat().st_mode
        assert mode & 0o077 == 0


def forged(ada: Session) -> dict[str, str]:
    header = jwt.get_unverified_header(ada.access)
    claims = jwt.decode(ada.access, options={"verify_signature": False})
    kid = {"kid": header["kid"]}
    return {
        "another algorithm for our key": jwt.encode(claims, LOCAL_JWT_SECRET, "HS256", kid),
        "no algorithm": jwt.encode(claims, "", "none", kid),
        "another secret": jwt.encode(claims, "x" * 40, "HS256"),
        "expired": jwt.encode({**claims, "exp": 1}, LOCAL_JWT_SECRET, "HS256"),
        "no expiry": jwt.encode(
            {name: value for name, value in claims.items() if name != "exp"},
            *(LOCAL_JWT_SECRET, "HS256"),
        ),
        "no user": jwt.encode({**claims, "sub": "nobody"}, LOCAL_JWT_SECRET, "HS256"),
        "another audience": jwt.encode({**claims, "aud": "x"}, LOCAL_JWT_SECRET, "HS256"),
        "not a session": jwt.encode({**claims, "session_id": 1}, LOCAL_JWT_SECRET, "HS256"),
        "not a token": "a.b.c",
        "huge": "a" * 7000,
    }


def test_forged_tokens(client: httpx.Client, ada: Session) -> None:
    for name, token in forged(ada).items():
        answer = client.get("/auth/v1/user", headers={"Authorization": f"Bearer {token}"})
        assert error(answer) == (403, "bad_jwt"), name


HOSTILE: list[bytes] = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b"\xff\xfe",
    b"[" * 60_000,
    b'{"a":' * 10_000,
    b'{"email": 1, "password": []}',
    b'{"email": {"$ne": null}, "password": "password"}',
    b'{"email": "a\\u0000@x.org", "password": "password"}',
    b'{"email": "\\ud800@x.org", "password": "password"}',
    b'{"email": "a@x.org\' or \'1\'=\'1", "password": "password"}',
    b'{"email": "a@x.org", "password": "pass\\u0000word"}',
    b'{"email": "a@x.org", "password": "password", "data": {"a": "\\u0000"}}',
    b'{"email": "a@x.org", "password": "password", "data": {"\\ud800": 1}}',
    b'{"email": "a@x.org", "password": "password", "data": {"a": 1e999}}',
    b'{"email": "a@x.org", "password": "password", "data": {"a": NaN}}',
    b'{"email": "a@x.org", "password": "password", "data": [1]}',
    b'{"email": "' + b"a" * 300 + b'@x.org", "password": "password"}',
    b'{"password": "password"}',
    b'{"email": "a@x.org"}',
    b'{"a": "' + b"x" * 70_000 + b'"}',
]


@pytest.mark.parametrize("path", ["signup", "token?grant_type=password", "user"])
def test_hostile_bodies(client: httpx.Client, demo: Stack, ada: Session, path: str) -> None:
    method = "PUT" if path == "user" else "POST"
    for body in HOSTILE:
        answer = client.request(method, f"/auth/v1/{path}", content=body, headers=ada.bearer)
        harmless = path == "user" and body in (HOSTILE[-3], HOSTILE[-2])
        assert harmless or answer.status_code in (400, 413, 422), (body[:80], answer.text)
        assert harmless or answer.json()["error_code"], body[:80]
    assert "Traceback" not in (demo.data_dir / "gateway.log").read_text()


def test_texts_are_values_and_never_sql(client: httpx.Client, demo: Stack) -> None:
    email = "o'brien;drop--@example.org"
    body = {"email": email, "password": "password", "data": {"name": "'); drop table auth.users;"}}
    made = session(client.post("/auth/v1/signup", json=body))
    assert made.user["user_metadata"]["name"] == body["data"]["name"]  # type: ignore[index]
    assert session(sign_in(client, email, "password")).user["id"] == made.user["id"]


def test_body_of_unknown_length(client: httpx.Client) -> None:
    chunks = (b"x" * 65_536 for _ in range(200))
    answer = client.post("/auth/v1/signup", content=chunks)
    assert error(answer) == (413, "validation_failed")


class TestElsewhere:
    def test_needs_the_key(self, demo: Stack) -> None:
        assert httpx.get(f"{demo.url}/auth/v1/settings", trust_env=False).status_code == 401

    def test_not_served(self, client: httpx.Client) -> None:
        assert error(client.post("/auth/v1/recover", json={})) == (404, "not_found")
        assert error(client.post("/auth/v1/token?grant_type=pkce", json={}))[0] == 400

    def test_settings_and_health(self, client: httpx.Client) -> None:
        assert client.get("/auth/v1/settings").json()["mailer_autoconfirm"] is True
        assert client.get("/auth/v1/health").json()["name"] != "GoTrue"

    def test_accounts_are_not_read_directly(self, client: httpx.Client, ada: Session) -> None:
        headers = {**ada.bearer, "Accept-Profile": "auth"}
        assert client.get("/rest/v1/users", headers=headers).status_code >= 400


class TestSuperuser:
    """Everybody knows the password of `postgres`."""

    def test_postgres_is_none(self, demo: Stack) -> None:
        with psycopg.connect(demo.database_url) as sql:
            row = sql.execute(
                "select rolsuper, rolbypassrls, rolcreaterole from pg_roles "
                "where rolname = current_user"
            ).fetchone()
            assert row == (False, True, True)

    @pytest.mark.parametrize(
        "statement",
        [
            "copy (select 1) to program 'true'",
            "select pg_read_file('/etc/passwd')",
            "create role thief superuser",
            "grant supabase_admin to postgres",
            "set role supabase_admin",
            "alter system set shared_preload_libraries = 'x'",
            "alter role supabase_admin password 'x'",
            "grant pg_execute_server_program to postgres",
        ],
    )
    def test_postgres_runs_no_programs(self, demo: Stack, statement: str) -> None:
        with (
            psycopg.connect(demo.database_url, autocommit=True) as sql,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            sql.execute(statement.encode())

    @pytest.mark.parametrize("role", ["supabase_admin", "supabase_auth_admin"])
    def test_others_do_not_come_over_tcp(self, demo: Stack, role: str) -> None:
        url = demo.database_url.replace("postgres:postgres@", f"{role}:postgres@")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)
