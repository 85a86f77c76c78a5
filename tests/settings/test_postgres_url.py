"""`API_DATABASE_URL`: what it may be, and refusals that never show the password."""

from pathlib import Path

import pytest
import trustme

from api.settings import Settings
from api.settings.postgres_url import PostgresUrl
from tests.settings.values import DEVELOPMENT, PRODUCTION, refusal

ACCOUNT = "postgresql://session_api_login:pass-word@"
TWO = "a.internal,b.internal:6432"


def refused(url: str, **settings: object) -> str:
    """The error for a URL that is refused."""
    message = refusal(**(settings or DEVELOPMENT), api_database_url=url)
    assert "pass-word" not in message
    (line,) = [it for it in message.splitlines() if it.startswith("  - ")]
    assert line.startswith("  - API_DATABASE_URL")
    return line


class TestHosts:
    @pytest.mark.parametrize(
        ("url", "hosts"),
        [
            ("db/postgres", (("db", 5432),)),
            ("db:6432,[::1]:7,10.0.0.1/postgres", (("db", 6432), ("::1", 7), ("10.0.0.1", 5432))),
            ("/postgres?host=/run/postgresql", (("/run/postgresql", 5432),)),
            ("%2Frun%2Fpostgresql/postgres", (("/run/postgresql", 5432),)),
            ("/postgres?host=a,b&port=6432", (("a", 6432), ("b", 6432))),
        ],
    )
    def test_read(
        self, url: str, hosts: tuple[tuple[str, int], ...], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("PGPORT", raising=False)
        assert PostgresUrl.read(ACCOUNT + url, "URL").hosts == hosts

    @pytest.mark.parametrize(
        "url",
        ["/postgres", "a,,b/postgres", "db:x/postgres", "db:5432:1/postgres", "[::1/postgres"],
    )
    def test_not_read(self, url: str) -> None:
        assert "host" in refused(ACCOUNT + url)

    @pytest.mark.parametrize("words", ["", "?target_session_attrs=any", "?target_session_attrs=x"])
    def test_several_need_one_that_takes_writes(self, words: str) -> None:
        assert "target_session_attrs=read-write" in refused(f"{ACCOUNT}{TWO}/postgres{words}")

    @pytest.mark.parametrize("attributes", ["standby", "read-only", "prefer-standby"])
    def test_one_that_takes_none(self, attributes: str) -> None:
        url = f"{ACCOUNT}db/postgres?target_session_attrs={attributes}"
        assert "target_session_attrs=read-write" in refused(url)

    @pytest.mark.parametrize(
        "url",
        [
            "db.example.com/postgres",
            "db,db.example.com/postgres?target_session_attrs=read-write&sslmode=allow",
            "/postgres?host=db.example.com",
            "[2001:4860:4860::8888]/postgres?sslmode=prefer",
        ],
    )
    def test_public_ones_need_tls(self, url: str) -> None:
        assert "sslmode=verify-full" in refused(ACCOUNT + url, **PRODUCTION)

    @pytest.mark.parametrize(
        "host", ["db", "10.0.0.1", "[::1]", "[fd00::1]", "%2Frun%2Fpostgresql"]
    )
    def test_others_do_not(self, host: str) -> None:
        Settings(**PRODUCTION, api_database_url=f"{ACCOUNT}{host}/postgres")


class TestWords:
    @pytest.mark.parametrize(
        ("words", "named"),
        [
            ("sslmode=verify_full", "sslmode"),
            ("sslmode=verify-full", "sslrootcert"),
            ("sslmode=verify-ca", "sslrootcert"),
            ("sslmode=require&sslrootcert=/nonexistent", "sslrootcert"),
            ("sslmode=require&sslrootcert=/", "sslrootcert"),
            ("sslmode=require&sslrootcert=/etc/passwd", "sslrootcert"),
            ("sslmode=require&sslrootcert=system", "sslmode=verify-full"),
            ("sslmode=require&sslcert=/nonexistent&sslkey=/nonexistent", "sslcert"),
            ("sslmode=require&sslkey=/nonexistent", "sslcert"),
            ("sslmode=require&sslcrl=/nonexistent", "sslcrl"),
            ("sslmode=require&ssl_min_protocol_version=TLSv1", "ssl_min_protocol_version"),
            ("pgbouncer=true&connection_limit=1", "connection_limit, pgbouncer"),
            ("sslmod=require", "sslmod"),
            ("sslmode", "not a Postgres URL"),
        ],
    )
    def test_refused(self, words: str, named: str) -> None:
        assert named in refused(f"{ACCOUNT}db/postgres?{words}")

    def test_a_key_of_another_certificate(self, tmp_path: Path) -> None:
        one, two = (trustme.CA().issue_cert("a.example.com") for _ in range(2))
        one.cert_chain_pems[0].write_to_path(str(tmp_path / "crt"))
        two.private_key_pem.write_to_path(str(tmp_path / "key"))
        words = f"sslmode=require&sslcert={tmp_path}/crt&sslkey={tmp_path}/key"
        assert "key values mismatch" in refused(f"{ACCOUNT}db/postgres?{words}")

    def test_default_root(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """As libpq's: a root certificate in the home folder is enough."""
        monkeypatch.setenv("HOME", str(tmp_path))
        (tmp_path / ".postgresql").mkdir()
        trustme.CA().cert_pem.write_to_path(str(tmp_path / ".postgresql" / "root.crt"))
        Settings(**DEVELOPMENT, api_database_url=f"{ACCOUNT}db/postgres?sslmode=verify-full")

    @pytest.mark.parametrize("url", ["u:a@b@db/postgres", "u:pass-word@c@db/postgres"])
    def test_a_password_that_is_not_encoded(self, url: str) -> None:
        assert "%40" in refused(f"postgresql://{url}")
