"""`session-api token` gives what a sign-in would give."""

from collections.abc import Sequence
from uuid import UUID

import httpx
import jwt
import pytest
from click.testing import CliRunner, Result

from api.cli import main
from api.settings import LOCAL_JWT_SECRET, LOCAL_PUBLISHABLE_KEY
from local.keys import DEMO_USERS, api_key
from tests.actors import NewUser
from tests.conftest import client


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args)


def claims(result: Result) -> dict[str, object]:
    assert result.exit_code == 0
    token = result.output.strip()
    return dict(jwt.decode(token, LOCAL_JWT_SECRET, algorithms=["HS256"], audience="authenticated"))


class TestToken:
    @pytest.mark.parametrize("name", ["alice", "bob", "carol", "dave", "Alice"])
    def test_demo_user(self, name: str) -> None:
        assert claims(run("token", name))["sub"] == str(DEMO_USERS[name.lower()])

    def test_any_user(self) -> None:
        somebody = "5f0c7a52-60f5-4a4f-8f0f-3c5d3b8f9a11"
        assert claims(run("token", somebody))["sub"] == str(UUID(somebody))

    @pytest.mark.parametrize(("options", "seconds"), [((), 3600), (("--ttl", "60"), 60)])
    def test_ttl(self, options: Sequence[str], seconds: int) -> None:
        found = claims(run("token", "alice", *options))
        assert int(str(found["exp"])) - int(str(found["iat"])) == seconds

    def test_help_tells_the_ttl(self) -> None:
        assert "default: (3600, an hour)" in run("token", "--help").output

    @pytest.mark.parametrize("args", [["eve"], ["alice", "--ttl", "0"], []])
    def test_refused(self, args: Sequence[str]) -> None:
        result = run("token", *args)
        assert result.exit_code == 2
        assert "Traceback" not in result.output

    @pytest.mark.usefixtures("own_stack")  # it is signed with the local secret
    def test_is_accepted_by_the_api(self, api: str, user: NewUser) -> None:
        token = run("token", str(user().id)).output.strip()
        with client(api, Authorization=f"Bearer {token}") as signed_in:
            answer = signed_in.get("/api/v1/wingman/sessions")
        assert answer.status_code == httpx.codes.OK


class TestRun:
    @pytest.mark.parametrize("setting", ["API_PORT", "REST_PORT", "DB_PORT"])
    def test_no_port(self, setting: str) -> None:
        result = CliRunner().invoke(main, ["local", "run"], env={setting: "abc"})
        assert result.exit_code == 2
        assert "'abc' is not a valid port (1 to 65535)." in result.output


class TestApiKey:
    def test_is_the_one_that_supabase_prints(self) -> None:
        assert api_key("anon") == (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
            ".eyJpc3MiOiJzdXBhYmFzZS1kZW1vIiwicm9sZSI6ImFub24iLCJleHAiOjE5ODM4MTI5OTZ9"
            ".CRXP1A7WOeoJeXxjNni43kdQwgnWNReilDMblYTn_I0"
        )


class TestEnv:
    def test_of_the_local_stack(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ENVIRONMENT", "development")
        result = run("env", "--api-url", "http://127.0.0.1:8001/")
        assert result.exit_code == 0
        assert result.output.splitlines() == [
            "NEXT_PUBLIC_SUPABASE_URL=http://127.0.0.1:54321",
            f"NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY={LOCAL_PUBLISHABLE_KEY}",
            "NEXT_PUBLIC_SESSION_API_URL=http://127.0.0.1:8001",
        ]

    def test_without_a_publishable_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in {
            "ENVIRONMENT": "production",
            "SUPABASE_URL": "https://abc.supabase.co",
            "POSTGREST_URL": "https://rest.example.com",
            "SUPABASE_JWT_SECRET": "a-real-secret-of-thirty-two-bytes-or-more-1234",
            "SUPABASE_PUBLISHABLE_KEY": "",
        }.items():
            monkeypatch.setenv(name, value)
        result = run("env")
        assert result.exit_code == 1
        assert "SUPABASE_PUBLISHABLE_KEY" in result.output
