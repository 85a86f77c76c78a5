"""Whatever is wrong with DATABASE_URL, the doctor says so in one line that holds no password."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import main
from api.connection import UnreachableError, connect
from local.addresses import free_port

SECRETS = ("hunter2x", "hun%ter2x", "hun@ter2x", "hun/ter2x", "hun#ter2x", "hun:ter2x", "hun?ter2x")
URLS = (
    "postgresql://postgres:{secret}@127.0.0.1:{port}/postgres",
    "postgresql://postgres:{secret}@127.0.0.1:{port}/postgres?pgbouncer=true",
    "postgresql+asyncpg://postgres:{secret}@127.0.0.1:{port}/postgres",
    "postgres:{secret}@127.0.0.1:{port}/postgres",
    '"postgresql://postgres:{secret}@127.0.0.1:{port}/postgres"',
    "'postgresql://postgres:{secret}@127.0.0.1:{port}/postgres'",
    "postgresql://postgres:{secret}@",
    "postgresql://postgres:{secret}@127.0.0.1:{port}:{port}/postgres",
    "host=127.0.0.1 port={port} user=postgres password={secret}",
    "host=127.0.0.1 port={port} user=postgres password=two {secret}",
    "host=127.0.0.1 port={port} user=postgres password='{secret}",
    "{secret}",
)


def pieces(secret: str) -> set[str]:
    """What of a secret must not be shown: the whole, and what libpq may cut it into."""
    return {secret, *(it for it in (secret[:3], secret[-5:]) if it != "hun")}


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("secret", SECRETS)
def test_one_line_without_the_password(
    url: str, secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    port = free_port()
    result = CliRunner().invoke(
        main,
        ["doctor"],
        env={
            "ENVIRONMENT": "development",
            "SUPABASE_URL": f"http://127.0.0.1:{port}",
            "DATABASE_URL": url.format(secret=secret, port=port),
        },
    )
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    (line,) = [line for line in result.output.splitlines() if "[database-unreachable]" in line]
    assert "DATABASE_URL" in line
    assert not [piece for piece in pieces(secret) if piece in result.output]


@pytest.mark.parametrize("password", ["ab@c", "a@b/cd", "a/b", "@", "a@b@c"])
def test_no_short_piece_either(password: str) -> None:
    with pytest.raises(UnreachableError, match="percent-encode"):
        connect(f"postgresql://postgres:{password}@127.0.0.1:{free_port()}/postgres")


@pytest.mark.parametrize("password", ["a:b", "a#b", "a?b", "a%40b"])
def test_what_libpq_reads(password: str) -> None:
    with pytest.raises(UnreachableError, match="Connection refused"):
        connect(f"postgresql://postgres:{password}@127.0.0.1:{free_port()}/postgres")
