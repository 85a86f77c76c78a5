"""Every command reports invalid settings without showing a possible secret."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from click.testing import CliRunner
from starlette.types import Receive, Scope, Send

from api.cli import main
from api.main import create_app
from local.addresses import free_port

SECRETS = ("hunter2x", "hun%zzter2x", "hun@ter2x", 'hun"[#?ter2x')
POSTGRES = (
    "postgresql://u:{secret}@127.0.0.1:{port}/db?pgbouncer=true",
    "postgresql+asyncpg://u:{secret}@127.0.0.1:{port}/db",
    "u:{secret}@127.0.0.1:{port}/db",
    '"postgresql://u:{secret}@127.0.0.1:{port}/db"',
    "postgresql://u:{secret}@",
    "postgresql://u:{secret}@127.0.0.1:{port}:{port}/db",
    "postgresql://u:{secret}@127.0.0.1:99999/db",
    "postgresql://u:{secret}@127.0.0.1:{port}/db?sslmode=bogus",
    "postgresql://u@127.0.0.1:{port}/db?password={secret}",
    "postgresql://u:{secret}@127.0.0.1:{port}/db?sslrootcert=/nowhere",
    "{secret}",
)
HTTP = (
    "https://u:{secret}@host.invalid",
    "https://host.invalid?apikey={secret}",
    "ftp://u:{secret}@h",
    "https://u:{secret}@[::1",
    "http://u:{secret}@h:port",
    "//u:{secret}@h",
    "{secret}",
)
REDIS = (
    "redis://:{secret}@127.0.0.1:{port}/zero",
    "redis://:{secret}@127.0.0.1:port/0",
    "redis://127.0.0.1:{port}/0?password={secret}&db={secret}",
    "redis://:{secret}@127.0.0.1:{port}/0?nonsense={secret}",
    "rediss://:{secret}@127.0.0.1:{port}/0?ssl_cert_reqs={secret}",
    "redis+sentinel://:{secret}@127.0.0.1:{port}/0",
    "http://:{secret}@h",
    "{secret}",
)
KEYS = (
    '{{"kty":"EC","crv":"P-256","d":"{secret}","x":"a","y":"b","kid":"k"}}',
    "-----BEGIN PRIVATE KEY-----{secret}-----END PRIVATE KEY-----",
    '{{"eu": {{"API_DATABASE_URL": "postgresql://u:{secret}@h/db", "more": 1}}}}',
    '{{"{secret}": 1}}',
    "[{secret}",
    "sb_secret_{secret}",
)
SHAPES = {
    **dict.fromkeys(("API_DATABASE_URL", "API_READ_DATABASE_URL"), POSTGRES),
    **dict.fromkeys(("SUPABASE_URL", "POSTGREST_URL", "SUPABASE_JWKS_URL"), HTTP),
    **dict.fromkeys(("SUPABASE_JWT_SECRET", "SESSION_API_SIGNING_KEY", "CELLS"), KEYS),
    **dict.fromkeys(("METRICS_TOKEN", "TRUSTED_PROXIES", "FORWARDED_CLAIMS"), KEYS),
    **dict.fromkeys(("CORS_ORIGINS", "CORS_ORIGIN_REGEX"), HTTP),
    "RATE_LIMIT_STORAGE": REDIS,
}
EXPLAIN = "explain --as 00000000-0000-4000-8000-000000000001 select public.chat_sessions"


def assert_silent(command: str, settings: dict[str, str], secret: str) -> str:
    """Run a command, and return what it wrote: no secret, no piece of one, no traceback."""
    ran = CliRunner().invoke(main, command.split(), env=settings)
    assert ran.exception is None or isinstance(ran.exception, SystemExit), (command, settings)
    assert not [it for it in (secret, "ter2x") if it in ran.output], (command, settings, ran.output)
    assert "Traceback" not in ran.output
    return ran.output


async def ask_once() -> None:
    """Start the application as uvicorn does, ask whether it is ready, and end it."""
    app = create_app()
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(with_state, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            assert (await client.get("/readyz")).status_code == 503


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`serve` starts the application, asks it once, and ends."""

    def run(*_: object, **__: object) -> None:
        asyncio.run(ask_once())

    monkeypatch.setattr(uvicorn, "run", run)
    handlers = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = handlers


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.usefixtures("served")
def test_no_setting_shows_a_secret(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    port = free_port()
    base = {"ENVIRONMENT": "development", "SUPABASE_URL": f"http://127.0.0.1:{port}"}
    if name == "API_READ_DATABASE_URL":
        base["API_DATABASE_URL"] = f"postgresql://u:x@127.0.0.1:{port}/db"
        base["READ_YOUR_WRITES"] = "0"
    refused = 0
    for shape in SHAPES[name]:
        for secret in SECRETS:
            settings = {**base, name: shape.format(secret=secret, port=port)}
            for command in ("serve", "doctor", "env"):
                said = assert_silent(command, settings, secret)
                if "Invalid settings" in said:
                    refused += 1
                    assert name in said
                    assert sum(line.startswith("  - ") for line in said.splitlines()) < 4
    assert refused, "no shape of it is invalid"


@pytest.mark.parametrize("command", ["doctor", EXPLAIN, "install {project} --kinds chat"])
def test_no_command_shows_the_databases_password(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "supabase" / "migrations").mkdir(parents=True)
    command = command.format(project=tmp_path)
    port = free_port()
    base = {"ENVIRONMENT": "development", "SUPABASE_URL": f"http://127.0.0.1:{port}"}
    for shape in POSTGRES:
        for secret in SECRETS:
            url = shape.format(secret=secret, port=port)
            by_variable = assert_silent(command, {**base, "DATABASE_URL": url}, secret)
            named = [line for line in by_variable.splitlines() if "DATABASE_URL" in line]
            assert len(named) == 1, by_variable
    by_option = CliRunner().invoke(main, [*command.split(), "--database-url", url], env=base)
    assert "ter2x" not in by_option.output
