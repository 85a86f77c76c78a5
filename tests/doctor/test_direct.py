"""The doctor on direct connections: each fault of the login role is found."""

from collections.abc import Iterator

import psycopg
import pytest

from api.doctor.direct import LIMITS
from api.doctor.findings import Fault, Finding
from local.migrations import LOGIN, login_url, make_login
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


RIGHTS = ("bypassrls", "createrole", "createdb", "replication")
CHAT = "public.chat_sessions"
GRANT_AGAIN = f"revoke session_api from {LOGIN}; grant session_api to {LOGIN}"
ILL: list[tuple[str, str, Fault, str]] = [
    *(
        (f"alter role {LOGIN} {right}", f"alter role {LOGIN} no{right}", "role-unsafe", right)
        for right in RIGHTS
    ),
    (f"alter role {LOGIN} inherit", f"alter role {LOGIN} noinherit", "role-unsafe", "without"),
    (f"grant session_api to {LOGIN} with inherit true", GRANT_AGAIN, "role-unsafe", "without"),
    (f"grant session_api to {LOGIN} with admin option", GRANT_AGAIN, "role-unsafe", "may grant"),
    (f"grant anon to {LOGIN}", f"revoke anon from {LOGIN}", "role-unsafe", "become anon"),
    (
        f"grant {LOGIN} to authenticated",
        f"revoke {LOGIN} from authenticated",
        "role-unsafe",
        "authenticated may become",
    ),
    (
        f"grant select (title) on {CHAT} to {LOGIN}",
        f"revoke select (title) on {CHAT} from {LOGIN}",
        "role-unsafe",
        "chat_sessions",
    ),
    (f"create schema own authorization {LOGIN}", "drop schema own", "role-unsafe", "schema own"),
    (
        f"revoke session_api from {LOGIN}",
        f"grant session_api to {LOGIN}",
        "role-not-granted",
        "session_api",
    ),
    *(
        (
            f"alter role {LOGIN} {change} {setting}{value}",
            f"alter role {LOGIN} set {setting} = '{wanted}'",
            "role-unbounded",
            f"no {setting}",
        )
        for setting, wanted in LIMITS.items()
        for change, value in (("set", " = 0"), ("reset", ""))
    ),
    (
        f"alter table {CHAT} disable row level security",
        f"alter table {CHAT} enable row level security",
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
    assert (fault, True) in {(it.fault, named in it.what) for it in found}


@pytest.mark.parametrize(
    ("plant", "mend", "said"),
    [
        (f"alter role {LOGIN} superuser", f"alter role {LOGIN} nosuperuser", "has superuser"),
        (
            f"create table public.own (id int); alter table public.own owner to {LOGIN}",
            "drop table public.own",
            "owns table own",
        ),
    ],
    ids=["superuser", "owner"],
)
def test_what_a_superuser_did(plant: str, mend: str, said: str, patient: Patient) -> None:
    with psycopg.connect(patient.stack.superuser_url, autocommit=True) as sql:
        sql.execute(plant.encode())
        try:
            found = findings(patient)
        finally:
            sql.execute(mend.encode())
    assert any(f"{LOGIN} {said}" in it.what for it in found)


@pytest.mark.parametrize(
    "plant",
    [
        f"alter role {LOGIN} createrole",
        f"grant session_api to {LOGIN} with inherit true",
        f"grant session_api to {LOGIN} with admin option",
        f"grant {LOGIN} to authenticated",
        f"alter role {LOGIN} set lock_timeout = 0",
    ],
)
def test_the_remedy_mends_it(plant: str, patient: Patient) -> None:
    patient.sql.execute(plant.encode())
    (found,) = findings(patient)
    patient.sql.execute(found.remedy.encode())


def test_the_script_mends_it(patient: Patient) -> None:
    """A role of that name that somebody has made before, which inherits."""
    patient.sql.execute(f"alter role {LOGIN} inherit".encode())
    patient.sql.execute(f"grant session_api to {LOGIN} with inherit true".encode())
    assert {it.fault for it in findings(patient)} == {"role-unsafe"}
    make_login(patient.stack.database_url)


def test_a_function_that_only_postgrest_runs(patient: Patient) -> None:
    setting = "alter role authenticator {} pgrst.db_pre_request"
    url = login_url(patient.stack.database_url)

    def notes() -> list[str]:
        checks = patient.checks(database=None, api_database_url=url)
        return [note for check in checks for note in check.notes if "db_pre_request" in note]

    assert notes() == []
    with psycopg.connect(patient.stack.superuser_url, autocommit=True) as sql:
        sql.execute(f"{setting.format('set')} = 'public.before_each'".encode())
        try:
            assert ["public.before_each" in note for note in notes()] == [True]
        finally:
            sql.execute(setting.format("reset").encode())


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
