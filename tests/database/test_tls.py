"""TLS to Postgres by libpq's words: what is accepted, and what each mistake is told as."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from api.database.backend import NoAnswerError
from api.database.direct import Direct
from api.doctor import direct as doctor
from api.doctor.findings import Finding
from api.identity.caller import Caller
from local.migrations import login_url
from local.project import Project
from tests.database.backends import settings_for, soon, tell
from tests.database.study_queries import MINE
from tests.database.tls_server import ADDRESS, NAME, PASSWORD, TlsServer, tls_server

SIGNED_BY_ANOTHER = "no certificate in sslrootcert has signed the server's certificate"
OF_ANOTHER_HOST = "certificate is not for the host in the URL, which sslmode=verify-full requires"
NO_TLS = "the server has no TLS, which sslmode={mode} requires"
NOT_LET_IN = "28000, the server does not let this user in this way"

Words = dict[str, str]


@pytest.fixture(scope="module")
def secured() -> Iterator[TlsServer]:
    with tls_server() as server:
        yield server


@pytest.fixture
def trusted(secured: TlsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts the server's root."""
    monkeypatch.setenv("SSL_CERT_FILE", str(secured.folder / "root.crt"))


@pytest.fixture
def certificates_only(secured: TlsServer) -> Iterator[None]:
    secured.let_in("cert")
    yield
    secured.let_in("scram-sha-256")


def assert_accepted(stack: Project, url: str) -> None:
    """The API connects, and over TLS."""

    async def story(backend: Direct) -> None:
        assert (await backend.run(MINE.query(), Caller(uuid4()), soon())).rows == []
        link = await backend.pool.acquire()
        await link.connection.execute(link.ending)
        query = "select ssl from pg_catalog.pg_stat_ssl where pid = pg_backend_pid()"
        assert await link.connection.fetchval(query) is True
        backend.pool.release(link)

    tell(stack, story, api_database_url=url)


def why_refused(stack: Project, url: str) -> str:
    """Why the API cannot connect, as its log and as the doctor say it: in one line."""
    reasons: list[str] = []

    async def story(backend: Direct) -> None:
        with pytest.raises(NoAnswerError) as raised:
            await backend.run(MINE.query(), Caller(uuid4()), soon())
        reasons.append(str(raised.value))

    tell(stack, story, api_database_url=url)
    settings = settings_for(stack, api_database_url=url)
    findings = [it for check in doctor.examine(settings, url) for it in check.findings]
    assert [it.fault for it in findings] == ["direct-unreachable"]
    (finding,) = findings
    assert isinstance(finding, Finding)
    assert reasons[0] in finding.what
    said = finding.what + finding.remedy
    assert PASSWORD not in said
    assert "\n" not in said
    return reasons[0]


class TestAccepted:
    @pytest.mark.parametrize(
        ("host", "words"),
        [
            (NAME, {"sslmode": "verify-full", "sslrootcert": "root.crt"}),
            (ADDRESS, {"sslmode": "verify-ca", "sslrootcert": "root.crt"}),
            (ADDRESS, {"sslmode": "require", "sslrootcert": "root.crt"}),
            (ADDRESS, {"sslmode": "require"}),
            (ADDRESS, {"sslmode": "prefer", "sslrootcert": "another.crt"}),
            (ADDRESS, {}),
        ],
    )
    def test_by_a_root(self, secured: TlsServer, stack: Project, host: str, words: Words) -> None:
        assert_accepted(stack, secured.url(host, **words))

    @pytest.mark.usefixtures("trusted")
    @pytest.mark.parametrize("words", [{}, {"sslmode": "verify-full"}])
    def test_by_what_the_machine_trusts(
        self, secured: TlsServer, stack: Project, words: Words
    ) -> None:
        assert_accepted(stack, secured.url(**words, sslrootcert="system"))

    @pytest.mark.usefixtures("certificates_only")
    def test_by_the_client_s_own(self, secured: TlsServer, stack: Project) -> None:
        words = {"sslmode": "verify-full", "sslrootcert": "root.crt"}
        assert_accepted(stack, secured.url(**words, sslcert="own.crt", sslkey="own.key"))

    def test_a_root_that_has_changed_meanwhile(
        self, secured: TlsServer, stack: Project, tmp_path: Path
    ) -> None:
        """It is read again, without a restart."""
        root = tmp_path / "root.pem"
        root.write_bytes((secured.folder / "another.crt").read_bytes())
        url = secured.url(sslmode="verify-full", sslrootcert=str(root))

        async def story(backend: Direct) -> None:
            with pytest.raises(NoAnswerError):
                await backend.run(MINE.query(), Caller(uuid4()), soon())
            root.write_bytes((secured.folder / "root.crt").read_bytes())
            assert (await backend.run(MINE.query(), Caller(uuid4()), soon())).rows == []

        tell(stack, story, api_database_url=url)


class TestRefused:
    @pytest.mark.parametrize("mode", ["verify-full", "verify-ca", "require"])
    def test_another_root(self, secured: TlsServer, stack: Project, mode: str) -> None:
        url = secured.url(sslmode=mode, sslrootcert="another.crt")
        assert SIGNED_BY_ANOTHER in why_refused(stack, url)

    def test_not_trusted_by_this_machine(self, secured: TlsServer, stack: Project) -> None:
        assert SIGNED_BY_ANOTHER in why_refused(stack, secured.url(sslrootcert="system"))

    def test_another_host(self, secured: TlsServer, stack: Project) -> None:
        url = secured.url(ADDRESS, sslmode="verify-full", sslrootcert="root.crt")
        assert OF_ANOTHER_HOST in why_refused(stack, url)

    def test_without_tls(self, secured: TlsServer, stack: Project) -> None:
        assert NOT_LET_IN in why_refused(stack, secured.url(sslmode="disable"))

    @pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
    def test_a_server_without(self, secured: TlsServer, stack: Project, mode: str) -> None:
        root = secured.folder / "root.crt"
        url = f"{login_url(stack.database_url)}?sslmode={mode}&sslrootcert={root}"
        assert NO_TLS.format(mode=mode) in why_refused(stack, url)

    @pytest.mark.usefixtures("certificates_only")
    def test_without_the_client_s_own(self, secured: TlsServer, stack: Project) -> None:
        url = secured.url(sslmode="verify-full", sslrootcert="root.crt")
        assert NOT_LET_IN in why_refused(stack, url)

    @pytest.mark.usefixtures("certificates_only")
    def test_a_stranger_s(self, secured: TlsServer, stack: Project) -> None:
        words = {"sslmode": "verify-full", "sslrootcert": "root.crt"}
        url = secured.url(**words, sslcert="strange.crt", sslkey="strange.key")
        assert "check sslcert" in why_refused(stack, url)
