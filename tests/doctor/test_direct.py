"""The doctor on direct connections: each fault of the login role is found."""

from collections.abc import Iterator

import pytest

from api.doctor.findings import Fault, Finding
from local.migrations import LOGIN, login_url
from tests.database.pgbouncer import pgbouncer
from tests.doctor.conftest import Patient
from tests.identity.door import EC_JWK
from tests.identity.jwks_server import JwksServer


def findings(patient: Patient, url: str | None = None, **changes: object) -> list[Finding]:
    address = url or login_url(patient.stack.database_url)
    return patient.findings(database=None, api_database_url=address, **changes)


@pytest.fixture(autouse=True)
def well(patient: Patient) -> Iterator[None]:
    """Healthy before and after."""
    assert findings(patient) == []
    yield
    assert findings(patient) == []


ILL: list[tuple[str, str, Fault, str]] = [
    (f"alter role {LOGIN} createdb", f"alter role {LOGIN} nocreatedb", "role-unsafe", "createdb"),
    (f"alter role {LOGIN} inherit", f"alter role {LOGIN} noinherit", "role-unsafe", "rights"),
    (f"grant anon to {LOGIN}", f"revoke anon from {LOGIN}", "role-unsafe", "anon"),
    (
        f"revoke session_api from {LOGIN}",
        f"grant session_api to {LOGIN}",
        "role-not-granted",
        "session_api",
    ),
    (
        f"alter role {LOGIN} set statement_timeout = 0",
        f"alter role {LOGIN} set statement_timeout = '3s'",
        "role-unbounded",
        "statement_timeout",
    ),
    (
        f"alter role {LOGIN} reset idle_in_transaction_session_timeout",
        f"alter role {LOGIN} set idle_in_transaction_session_timeout = '5s'",
        "role-unbounded",
        "idle_in_transaction_session_timeout",
    ),
    (
        "alter table public.chat_sessions disable row level security",
        "alter table public.chat_sessions enable row level security",
        "rls-off",
        "chat_sessions",
    ),
]


@pytest.mark.parametrize(("plant", "mend", "fault", "named"), ILL, ids=[it[0] for it in ILL])
def test_ill(plant: str, mend: str, fault: Fault, named: str, patient: Patient) -> None:
    patient.sql.execute(plant.encode())
    try:
        found = findings(patient)
    finally:
        patient.sql.execute(mend.encode())
    assert fault in {finding.fault for finding in found}
    assert any(named in finding.what for finding in found)


@pytest.mark.parametrize("password", ["wr0ng", "secret-word"])
def test_who_is_not_let_in(password: str, patient: Patient) -> None:
    url = login_url(patient.stack.database_url).replace(":postgres@", f":{password}@")
    (found,) = findings(patient, url)
    assert found.fault == "direct-unreachable"
    assert password not in found.what + found.remedy


def test_without_a_signing_key(patient: Patient) -> None:
    """Nothing is asked with a token of the API's, so none is needed."""
    with JwksServer(EC_JWK) as keys:
        assert (
            findings(
                patient,
                supabase_jwt_secret=None,
                supabase_jwks_url=keys.url,
                environment="development",
            )
            == []
        )


def test_pooler(patient: Patient) -> None:
    with pgbouncer(patient.stack, "transaction") as url:
        assert [it.fault for it in findings(patient, url)] == ["pooler-prepared"]
        assert findings(patient, url, api_database_prepared_statements=False) == []
    with pgbouncer(patient.stack, "session") as url:
        assert findings(patient, url) == []
