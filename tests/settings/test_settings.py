"""Settings: secure defaults, where values come from, and starting with them."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from api.settings import LOCAL_JWT_SECRET, Settings, load_settings
from tests.settings.values import DEVELOPMENT, PRODUCTION, refusal


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


class TestStart:
    """The process itself: one screen of text on the terminal, no traceback."""

    def start(self, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from api.settings import load_settings; load_settings()"],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), **env},
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


class TestReplicas:
    PRIMARY = "postgresql://session_api_login:a@db/postgres"
    REDIS = "redis://redis:6379/0"

    def test_several(self) -> None:
        """A list of addresses, each of which may be a list of hosts."""
        replicas = ["postgres://session_api_login:a@b,c/postgres", self.PRIMARY]
        settings = Settings(
            **DEVELOPMENT,
            api_database_url=self.PRIMARY,
            api_read_database_url=" , ".join(replicas),
            rate_limit_storage=self.REDIS,
        )
        assert settings.replica_urls == replicas

    @pytest.mark.parametrize(
        ("values", "named"),
        [
            ({"rate_limit_storage": REDIS}, "API_READ_DATABASE_URL needs API_DATABASE_URL"),
            ({"api_database_url": PRIMARY}, "RATE_LIMIT_STORAGE=redis"),
            (
                {
                    "api_database_url": PRIMARY,
                    "rate_limit_storage": REDIS,
                    "read_your_writes": 4,
                },
                "READ_YOUR_WRITES is shorter",
            ),
        ],
    )
    def test_what_they_need(self, values: dict[str, Any], named: str) -> None:
        assert named in refusal(**DEVELOPMENT, **values, api_read_database_url=self.PRIMARY)

    def test_without_redis_if_told_so(self) -> None:
        settings = Settings(
            **DEVELOPMENT,
            api_database_url=self.PRIMARY,
            api_read_database_url=self.PRIMARY,
            read_your_writes=0,
        )
        assert settings.replica_urls == [self.PRIMARY]
