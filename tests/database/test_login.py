"""The login role of direct connections: it may become `session_api`, and nothing else."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import Connection
from psycopg.rows import TupleRow

from local.migrations import LOGIN, login_url, make_login
from local.project import Project
from tests.policies.policies import TABLES


@pytest.fixture(scope="module")
def login(stack: Project) -> Iterator[Connection[TupleRow]]:
    """A connection as the API makes it, in a transaction that is undone."""
    with psycopg.connect(login_url(stack.database_url)) as connection:
        yield connection
        connection.rollback()


@pytest.fixture(autouse=True)
def undone(login: Connection[TupleRow]) -> Iterator[None]:
    yield
    login.rollback()


class TestLogin:
    def test_attributes(self, login: Connection[TupleRow]) -> None:
        found = login.execute(
            "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit"
            " from pg_catalog.pg_roles where rolname = current_user"
        ).fetchone()
        assert found == (False,) * 6

    def test_memberships(self, login: Connection[TupleRow]) -> None:
        found = login.execute(
            "select roleid::regrole::text, admin_option from pg_catalog.pg_auth_members"
            " where member = current_user::regrole"
        ).fetchall()
        assert found == [("session_api", False)]

    def test_owns_nothing(self, login: Connection[TupleRow]) -> None:
        found = login.execute(
            "select count(*) from pg_catalog.pg_class where relowner = current_user::regrole"
        ).fetchone()
        assert found == (0,)

    @pytest.mark.parametrize("table", TABLES)
    def test_reads_nothing_itself(self, table: str, login: Connection[TupleRow]) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            login.execute(f"select from public.{table} limit 0".encode())

    @pytest.mark.parametrize(
        "role",
        ["postgres", "service_role", "authenticated", "anon", "authenticator", "pg_read_all_data"],
    )
    def test_becomes_nobody_else(self, role: str, login: Connection[TupleRow]) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            login.execute(f"set local role {role}".encode())

    def test_sees_nothing_without_claims(self, login: Connection[TupleRow]) -> None:
        login.execute("set local role session_api")
        found = login.execute("select count(*) from public.study_sessions").fetchone()
        assert found == (0,)

    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("statement_timeout", "3s"),
            ("lock_timeout", "3s"),
            ("idle_in_transaction_session_timeout", "5s"),
            ("search_path", "public, extensions"),
        ],
    )
    def test_settings(self, setting: str, value: str, login: Connection[TupleRow]) -> None:
        login.execute("set local role session_api")
        assert login.execute(f"show {setting}".encode()).fetchone() == (value,)

    def test_is_made_again_without_a_change(self, stack: Project) -> None:
        make_login(stack.database_url)
        with psycopg.connect(stack.database_url) as connection:
            found = connection.execute(
                "select count(*) from pg_catalog.pg_roles where rolname = %s", [LOGIN]
            ).fetchone()
        assert found == (1,)
