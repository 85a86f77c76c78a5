"""Settings: secure by default, and a start that is refused says why."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from pydantic import ValidationError

from api.sessions.kinds import KINDS
from api.settings import LOCAL_JWT_SECRET, Settings, load_settings
from api.settings_checks import explain

SECRET = "kX9v2Qm7Lr4Tn8Wc1Zb6Yd3Hf5Jg0PsAe"
PRODUCTION: dict[str, Any] = {
    "supabase_url": "https://abcdefgh.supabase.co",
    "supabase_publishable_key": "sb_publishable_q1w2e3r4t5y6u7i8o9p0_zxcvbnm",
    "supabase_jwt_secret": SECRET,
}
SHORT_RSA_KEY = rsa.generate_private_key(65_537, 1_024)  # noqa: S505 - to be refused
DEVELOPMENT: dict[str, Any] = {"environment": "development"}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in [*Settings.model_fields, "supabase_anon_key"]:
        for name in (field, field.upper()):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)  # no `.env`


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


class TestDefaults:
    def test_nothing_set_is_no_start(self) -> None:
        message = refusal()
        assert "SUPABASE_URL" in message
        assert "SUPABASE_JWT_SECRET" in message

    def test_production_is_the_default(self) -> None:
        assert Settings(**PRODUCTION).environment == "production"

    def test_development_is_a_local_stack(self) -> None:
        settings = Settings(**DEVELOPMENT)
        assert settings.supabase_jwt_secret is not None
        assert settings.supabase_jwt_secret.get_secret_value() == LOCAL_JWT_SECRET
        assert settings.postgrest_url == "http://127.0.0.1:54321/rest/v1"
        assert settings.supabase_jwks_url == "http://127.0.0.1:54321/auth/v1/.well-known/jwks.json"
        assert not settings.enable_test_auth

    def test_development_on_a_hosted_project_knows_no_secret(self) -> None:
        assert "SUPABASE_JWT_SECRET" in refusal(
            **DEVELOPMENT, supabase_url="https://abcdefgh.supabase.co"
        )

    def test_other_addresses_follow_the_project(self) -> None:
        settings = Settings(**PRODUCTION)
        assert settings.postgrest_url == "https://abcdefgh.supabase.co/rest/v1"
        assert settings.supabase_jwks_url.startswith("https://abcdefgh.supabase.co/auth/v1/")

    def test_every_field_is_described(self) -> None:
        assert [n for n, f in Settings.model_fields.items() if not f.description] == []


class TestSources:
    def test_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ENVIRONMENT", "development")
        monkeypatch.setenv("CONCEAL_EXISTENCE", "true")
        monkeypatch.setenv("CORS_ORIGINS", "https://a.example.com, https://b.example.com/")
        settings = Settings()
        assert settings.conceal_existence
        assert settings.cors_origins == ("https://a.example.com", "https://b.example.com")

    def test_environment_before_file(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text(
            "ENVIRONMENT=development\nROOT_SESSIONS=chat\nMAX_BODY_BYTES=2048\n"
            "NEXT_PUBLIC_SUPABASE_URL=https://of-the-frontend.example.com\n"
        )
        monkeypatch.setenv("MAX_BODY_BYTES", "4096")
        settings = Settings()
        assert (settings.root_sessions, settings.max_body_bytes) == ("chat", 4096)

    def test_empty_is_not_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ENVIRONMENT", "development")
        monkeypatch.setenv("POSTGREST_URL", "")
        assert Settings().postgrest_url == "http://127.0.0.1:54321/rest/v1"

    def test_empty_before_file(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("ENVIRONMENT=development\nROOT_SESSIONS=chat")
        monkeypatch.setenv("ROOT_SESSIONS", "")
        assert Settings().root_sessions == "study"

    @pytest.mark.parametrize("name", ["SUPABASE_PUBLISHABLE_KEY", "SUPABASE_ANON_KEY"])
    def test_publishable_key_by_either_name(
        self, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setenv(name, "sb_publishable_x")
        assert Settings(**DEVELOPMENT).supabase_publishable_key == "sb_publishable_x"

    def test_arguments_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SUPABASE_ANON_KEY", "sb_publishable_x")
        settings = Settings(**DEVELOPMENT, supabase_publishable_key="sb_publishable_y")
        assert settings.supabase_publishable_key == "sb_publishable_y"

    def test_immutable(self) -> None:
        with pytest.raises(ValidationError):
            Settings(**DEVELOPMENT).enable_test_auth = True  # type: ignore[misc]


class TestProductionRefuses:
    @pytest.mark.parametrize(
        "secret",
        [
            LOCAL_JWT_SECRET,
            f"your-{LOCAL_JWT_SECRET}",
            "changeme",
            "changeme" * 8,
            "CHANGE-ME-CHANGE-ME-CHANGE-ME-CHANGE-ME",
            "x" * 64,
            "0123" * 16,
            SECRET[:31],
            jwt.encode({"iss": "supabase-demo", "role": "anon"}, LOCAL_JWT_SECRET),
            f" {SECRET}",
        ],
    )
    def test_secret(self, secret: str) -> None:
        message = refusal(**{**PRODUCTION, "supabase_jwt_secret": secret})
        assert "SUPABASE_JWT_SECRET" in message
        assert secret not in message

    @pytest.mark.parametrize(
        "address",
        [
            "postgresql://postgres:pass-word@db/postgres",
            "postgresql://postgres.ref:pass-word@pooler.example.com:6543/postgres?sslmode=require",
            "postgresql://session_api_login:pass-word@db.example.com:5432/postgres",
            "postgresql://session_api_login:pass-word@db,db.example.com/postgres?sslmode=prefer",
            "https://session_api_login:pass-word@db/postgres",
            "postgresql://db/postgres",
        ],
    )
    def test_database_url(self, address: str) -> None:
        message = refusal(**PRODUCTION, api_database_url=address)
        assert "API_DATABASE_URL" in message
        assert "pass-word" not in message

    @pytest.mark.parametrize(
        "address",
        [
            "postgresql://session_api_login:pass-word@db:5432/postgres",
            "postgres://session_api_login@10.0.0.5,10.0.0.6/postgres?target_session_attrs=read-write",
            "postgresql://session_api_login.ref:a@db.example.com/postgres?sslmode=verify-full",
        ],
    )
    def test_no_key_with_a_database_url(self, address: str) -> None:
        """Nothing is signed then."""
        values = {name: it for name, it in PRODUCTION.items() if "secret" not in name}
        assert Settings(**values, api_database_url=address).api_database_url is not None

    def test_placeholder_beside_a_signing_key(self) -> None:
        # it would still verify users' tokens
        key = json.dumps(private_jwk())
        values = {**PRODUCTION, "supabase_jwt_secret": LOCAL_JWT_SECRET}
        assert "SUPABASE_JWT_SECRET" in refusal(**values, session_api_signing_key=key)

    @pytest.mark.parametrize(
        "key",
        [
            jwt.encode({"iss": "supabase-demo", "role": "anon"}, LOCAL_JWT_SECRET),
            "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH",
            None,
        ],
    )
    def test_publishable_key(self, key: str | None) -> None:
        message = refusal(**{**PRODUCTION, "supabase_publishable_key": key})
        assert "SUPABASE_PUBLISHABLE_KEY" in message
        assert key is None or key not in message

    def test_no_publishable_key_is_needed_beside_postgrest(self) -> None:
        values = {**PRODUCTION, "supabase_publishable_key": None}
        settings = Settings(**values, postgrest_url="http://postgrest:3000")
        assert settings.supabase_publishable_key is None

    def test_test_auth(self) -> None:
        assert "ENABLE_TEST_AUTH" in refusal(**PRODUCTION, enable_test_auth=True)

    @pytest.mark.parametrize("name", ["supabase_url", "postgrest_url", "supabase_jwks_url"])
    @pytest.mark.parametrize("host", ["abcdefgh.supabase.co", "8.8.8.8", "[2001:4860:4860::8888]"])
    def test_plain_http_to_a_public_host(self, name: str, host: str) -> None:
        assert name.upper() in refusal(**{**PRODUCTION, name: f"http://{host}"})

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1:54321",
            "localhost:54321",
            "[::1]:3000",
            "10.1.2.3",
            "192.168.0.10:3000",
            "kong:8000",
            "rest.default.svc.cluster.local",
        ],
    )
    def test_plain_http_to_a_private_host_is_fine(self, host: str) -> None:
        assert Settings(**{**PRODUCTION, "supabase_url": f"http://{host}"})

    def test_any_origin(self) -> None:
        assert "CORS_ORIGINS" in refusal(**PRODUCTION, cors_origins="*")
        assert Settings(**DEVELOPMENT, cors_origins="*").cors_origins == ("*",)

    def test_no_key_to_sign_with(self) -> None:
        message = refusal(**{**PRODUCTION, "supabase_jwt_secret": None})
        assert "SESSION_API_SIGNING_KEY" in message

    def test_everything_at_once(self) -> None:
        values = {**PRODUCTION, "supabase_jwt_secret": LOCAL_JWT_SECRET}
        message = refusal(**values, enable_test_auth=True, cors_origins="*")
        assert all(
            name in message for name in ("SUPABASE_JWT_SECRET", "ENABLE_TEST_AUTH", "CORS_ORIGINS")
        )


class TestValues:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("supabase_url", "abcdefgh.supabase.co"),
            ("supabase_url", "ftp://abcdefgh.supabase.co"),
            ("supabase_url", "https://"),
            ("supabase_url", "https://host:port"),
            ("supabase_url", "https://[::1"),
            ("supabase_url", "https://a b.example.com"),
            ("supabase_url", "https://user:secret@abcdefgh.supabase.co"),
            ("supabase_url", "https://abcdefgh.supabase.co/rest/v1"),
            ("supabase_url", "https://abcdefgh.supabase.co?apikey=1"),
            ("cors_origins", "app.example.com"),
            ("cors_origins", "https://app.example.com/path"),
            ("cors_origins", "https://user@app.example.com"),
            ("cors_origins", "https://app.example.com https://b.example.com"),
            ("cors_origins", "https://app.example.com:port"),
            ("cors_origins", "null"),
            ("cors_origins", "//app.example.com"),
            ("cors_origins", "capacitor://"),
            ("cors_origin_regex", r"https://my-app-.*\.vercel\.app"),
            ("cors_origin_regex", r"^https://my-app-.*\.vercel\.app"),
            ("cors_origin_regex", r"my-app$"),
            ("cors_origin_regex", r"^https://.*$"),
            ("cors_origin_regex", r"^https?://[^/]+$"),
            ("cors_origin_regex", r"^https://a$|.*|^https://b$"),
            ("cors_origin_regex", r"^https://(my-app$"),
            ("client_address_header", "CF-Connecting-IP"),
            ("client_address_header", "no header"),
            ("shutdown_delay", "-1"),
            ("environment", "staging"),
            ("root_sessions", "wingman"),
            ("kinds", "workout"),
            ("kinds", "wingman chat"),
            ("kinds", ","),
            ("enable_test_auth", "perhaps"),
            ("max_body_bytes", "0"),
            ("database_timeout", "0"),
        ],
    )
    def test_refused_by_name(self, name: str, value: str) -> None:
        message = refusal(**{**PRODUCTION, name: value})
        assert name.upper() in message
        assert value == "0" or f"{value}\n" not in message

    def test_kinds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ENVIRONMENT", "development")
        assert Settings().kinds == tuple(KINDS)
        monkeypatch.setenv("KINDS", " wingman, chat,wingman,")
        assert Settings().kinds == ("wingman", "chat")

    def test_root_sessions_that_kinds_leaves_out(self) -> None:
        message = refusal(**PRODUCTION, kinds="wingman", root_sessions="chat")
        assert "ROOT_SESSIONS" in message
        assert Settings(**PRODUCTION, kinds="wingman").root_sessions == "study"

    def test_one_wrong_value_is_one_complaint(self) -> None:
        with pytest.raises(ValidationError) as refused:
            Settings(environment="staging")
        assert explain(refused.value).count("\n  - ") == 1

    @pytest.mark.parametrize(
        ("origins", "expected"),
        [
            ("", ()),
            (" , ", ()),
            ("https://App.Example.com", ("https://app.example.com",)),
            ("https://app.example.com:443", ("https://app.example.com",)),
            ("http://localhost:3000", ("http://localhost:3000",)),
            ("http://[::1]:3000", ("http://[::1]:3000",)),
        ],
    )
    def test_origins_as_a_browser_sends_them(self, origins: str, expected: tuple[str, ...]) -> None:
        assert Settings(**PRODUCTION, cors_origins=origins).cors_origins == expected

    @pytest.mark.parametrize("environment", ["development", "production"])
    @pytest.mark.parametrize(
        "key",
        ["sb_secret_abc", jwt.encode({"role": "service_role"}, SECRET, headers={"kid": "1"})],
    )
    def test_no_key_that_bypasses_row_level_security(self, environment: str, key: str) -> None:
        values = {**PRODUCTION, "environment": environment, "supabase_publishable_key": key}
        message = refusal(**values)
        assert "SUPABASE_PUBLISHABLE_KEY" in message
        assert key not in message

    def test_secrets_do_not_show(self) -> None:
        key = json.dumps(private_jwk())
        settings = Settings(**PRODUCTION, session_api_signing_key=key)
        shown = f"{settings!r} {settings} {settings.model_dump()}"
        assert SECRET not in shown
        assert json.loads(key)["d"] not in shown


class TestSigningKey:
    @pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
    def test_valid(self, algorithm: str) -> None:
        values = {**PRODUCTION, "supabase_jwt_secret": None}
        jwk = private_jwk(algorithm, use="sig", key_ops=["sign", "verify"], ext=True)
        signing_key = Settings(**values, session_api_signing_key=json.dumps(jwk)).signing_key
        assert signing_key is not None
        assert (signing_key.algorithm_name, signing_key.key_id) == (algorithm, "key-1")

    def test_none(self) -> None:
        assert Settings(**PRODUCTION).signing_key is None

    @pytest.mark.parametrize(
        "key",
        [
            "no JSON",
            "[" * 100_000,
            "[]",
            json.dumps([private_jwk()]),
            json.dumps({**private_jwk(), "kid": None}),
            json.dumps({**private_jwk(), "kid": ""}),
            json.dumps({**private_jwk(), "alg": "HS256"}),
            json.dumps({**private_jwk(), "x": "AAAA"}),
            json.dumps({**private_jwk(), "d": 1}),
            json.dumps({"kty": "oct", "k": "c2VjcmV0", "kid": "1"}),
            json.dumps({k: v for k, v in private_jwk().items() if k != "d"}),
            json.dumps({k: v for k, v in private_jwk("RS256").items() if k != "d"}),
            json.dumps(
                {
                    **ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()), as_dict=True),
                    "kid": "1",
                }
            ),
            json.dumps(
                {
                    **RSAAlgorithm.to_jwk(SHORT_RSA_KEY, as_dict=True),
                    "kid": "1",
                }
            ),
        ],
    )
    def test_refused(self, key: str) -> None:
        message = refusal(**DEVELOPMENT, session_api_signing_key=key)
        assert "SESSION_API_SIGNING_KEY" in message
        assert len(message) < 1_500


class TestStart:
    """The process itself: one screen of text on the terminal, no traceback."""

    def start(self, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from api.settings import load_settings; load_settings()"],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[1]), **env},
            capture_output=True,
            text=True,
            check=False,
        )

    def test_refused(self) -> None:
        process = self.start(SUPABASE_JWT_SECRET=LOCAL_JWT_SECRET, ENABLE_TEST_AUTH="true")
        assert process.returncode == 1
        assert "SUPABASE_JWT_SECRET" in process.stderr
        assert "ENABLE_TEST_AUTH" in process.stderr
        assert "Traceback" not in process.stderr
        assert LOCAL_JWT_SECRET not in process.stderr
        assert len(process.stderr.splitlines()) < 20

    def test_allowed(self) -> None:
        assert self.start(ENVIRONMENT="development").returncode == 0

    def test_load(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(SystemExit):
            load_settings()
        monkeypatch.setenv("ENVIRONMENT", "development")
        assert load_settings().environment == "development"


class TestRates:
    @pytest.mark.parametrize(
        "rate",
        ["", "x", "60", "60/fortnight", "0/minute", "-1/minute", "1/second;9/minute", "1/year"],
    )
    def test_what_is_no_rate(self, rate: str) -> None:
        assert "RATE_LIMIT_READ" in refusal(**DEVELOPMENT, rate_limit_read=rate)

    @pytest.mark.parametrize("rate", ["60/minute", "10 per second", "5/2 hours", "1/day"])
    def test_what_is_one(self, rate: str) -> None:
        assert Settings(**DEVELOPMENT, rate_limit_read=rate).rate_limit_read == rate

    @pytest.mark.parametrize(
        "storage", ["redis", "memcached://host", "redis://", "redis://host/0", "http://host"]
    )
    def test_where_nothing_can_be_counted(self, storage: str) -> None:
        assert "RATE_LIMIT_STORAGE" in refusal(**DEVELOPMENT, rate_limit_storage=storage)

    def test_a_password_is_not_shown(self) -> None:
        url = "rediss://:hunter2@redis.internal:6380/1"
        settings = Settings(**DEVELOPMENT, rate_limit_storage=url)
        assert settings.rate_limit_storage == url
        assert "hunter2" not in repr(settings)

    def test_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RATE_LIMITS", "off")
        assert Settings(**DEVELOPMENT).rate_limits is False

    def test_proxies(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1,fd00::/8")
        found = [str(it) for it in Settings(**DEVELOPMENT).trusted_proxies]
        assert found == ["10.0.0.0/8", "192.0.2.1/32", "fd00::/8"]

    @pytest.mark.parametrize("proxies", ["proxy.internal", "*", "10.0.0.1/8"])
    def test_what_is_no_proxy(self, proxies: str) -> None:
        assert "TRUSTED_PROXIES" in refusal(**DEVELOPMENT, trusted_proxies=proxies)


class TestForwardedClaims:
    def test_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FORWARDED_CLAIMS", "tenant, https://example.com/plan,")
        expected = ("tenant", "https://example.com/plan")
        assert Settings(**DEVELOPMENT).forwarded_claims == expected

    @pytest.mark.parametrize("names", ["role", "tenant,sub", "aud", "exp", "nbf", "a b", "{}"])
    def test_refused(self, names: str) -> None:
        assert "FORWARDED_CLAIMS" in refusal(**DEVELOPMENT, forwarded_claims=names)


class TestMetricsToken:
    def test_short(self) -> None:
        assert "METRICS_TOKEN" in refusal(**DEVELOPMENT, metrics_token="short")

    def test_placeholder_in_production(self) -> None:
        assert "METRICS_TOKEN" in refusal(**PRODUCTION, metrics_token="changeme" * 4)


class TestNoValueIsShown:
    """Whatever a setting holds, what is wrong with it is said by its name alone."""

    @pytest.mark.parametrize(
        "shape",
        [
            "{}",
            "https://user:{}@host",
            "redis://:{}@host",
            "postgresql://{}",
            '{{"d": "{}"}}',
            "{},",
        ],
    )
    @pytest.mark.parametrize("name", Settings.model_fields)
    def test_any_setting(self, name: str, shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(name.upper(), shape.format("hunter2-secret"))
        # production alone lacks settings that this one does not give
        with pytest.raises(SystemExit) as refused:
            load_settings()
        assert "hunter2" not in str(refused.value)

    def test_a_file_that_is_not_utf8(self, tmp_path: Path) -> None:
        (tmp_path / ".env").write_bytes(b"METRICS_TOKEN=hunter2-secret\xff")
        with pytest.raises(SystemExit, match="not UTF-8") as refused:
            load_settings()
        assert "hunter2" not in str(refused.value)
