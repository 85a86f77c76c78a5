"""Values of single settings: which are refused, and that none is shown."""

import json
from pathlib import Path

import jwt
import pytest
from pydantic import ValidationError

from api.kinds import KINDS
from api.settings import Settings, load_settings
from api.settings.checks import explain
from tests.settings.values import DEVELOPMENT, PRODUCTION, SECRET, private_jwk, refusal


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
            ("kinds", "unknown"),
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
    """The error about an invalid value names the setting and never shows the value."""

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
