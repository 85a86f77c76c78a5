"""Through pgbouncer in transaction mode: nothing fails, no limit and no caller gets lost."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import psycopg
import pytest

from api.errors import ApiError
from api.identity.caller import Caller
from local.keys import user_token
from local.migrations import LOGIN
from local.project import Project
from tests.actors import NewUser, Sql, User
from tests.conftest import AsUser, Serve, client
from tests.database.backends import direct, soon
from tests.database.pgbouncer import pgbouncer, pooled_postgrest
from tests.database.test_leaks import LIST, RENAME

STUDY = "/api/v1/study/sessions"
DOCUMENTED = {"PGRST_DB_PREPARED_STATEMENTS": "false", "PGRST_DB_CHANNEL_ENABLED": "false"}
"""What docs/machines.md says to set on PostgREST behind a pooler."""
USERS = 8
ROUNDS = 6


@pytest.fixture(params=["postgrest", "postgres"])
def pooled(request: pytest.FixtureRequest, own_stack: Project, serve: Serve) -> Iterator[str]:
    """An API that reaches Postgres through three connections of a pooler."""
    with pgbouncer(own_stack, "transaction", 3) as url, ExitStack() as cleanup:
        if request.param == "postgres":
            yield serve(API_DATABASE_URL=url, API_DATABASE_PREPARED_STATEMENTS="false")
        else:
            postgrest = cleanup.enter_context(pooled_postgrest(own_stack, url, **DOCUMENTED))
            yield serve(POSTGREST_URL=postgrest, API_DATABASE_URL="")


def test_nothing_fails_and_no_row_is_anothers(pooled: str, as_user: AsUser, user: NewUser) -> None:
    users = [user() for _ in range(USERS)]
    sessions = {
        it.id: as_user(it, pooled).post(STUDY, json={"title": "mine"}).json()["id"] for it in users
    }

    def requests(number: int) -> list[str]:
        owner, other = users[number % USERS], users[(number + 1) % USERS]
        mine, theirs = f"{STUDY}/{sessions[owner.id]}", f"{STUDY}/{sessions[other.id]}"
        wrong = []
        with client(pooled, Authorization=f"Bearer {owner.token}") as asking:
            for _ in range(ROUNDS):
                answers = {
                    200: [
                        asking.get(mine),
                        asking.get(STUDY),
                        asking.put(mine, json={"title": "x"}),
                    ],
                    201: [asking.post(STUDY, json={"title": "another"})],
                    403: [asking.get(theirs), asking.put(theirs, json={"title": "stolen"})],
                }
                for status, found in answers.items():
                    wrong += [it.text for it in found if it.status_code != status]
                listed = answers[200][1].json()["items"]
                wrong += [str(it) for it in listed if it["profile_id"] != str(owner.id)]
        return wrong

    with ThreadPoolExecutor(USERS) as threads:
        assert [it for found in threads.map(requests, range(USERS)) for it in found] == []


@contextmanager
def short(sql: Sql, role: str) -> Iterator[None]:
    """Let this role's statements take 0.3 s."""
    (usual,) = sql.execute(
        "select option_value from pg_catalog.pg_options_to_table("
        "(select rolconfig from pg_catalog.pg_roles where rolname = %s))"
        " where option_name = 'statement_timeout'",
        [role],
    ).fetchone() or (None,)
    assert usual == "3s"
    sql.execute(f"alter role {role} set statement_timeout = '300ms'".encode())
    try:
        yield
    finally:
        sql.execute(f"alter role {role} set statement_timeout = '3s'".encode())


@contextmanager
def locked(stack: Project, sql: Sql, owner: User) -> Iterator[str]:
    """Hold a lock on a session of theirs, and give its id."""
    session_id = str(uuid4())
    sql.execute(
        "insert into public.study_sessions (id, profile_id, title) values (%s, %s, 'a')",
        [session_id, owner.id],
    )
    with psycopg.connect(stack.database_url) as holder:
        holder.execute("select from public.study_sessions where id = %s for update", [session_id])
        yield session_id
        holder.rollback()


CANCELED = "57014"


def test_postgrests_statements_end(own_stack: Project, sql: Sql, user: NewUser) -> None:
    owner = user()
    token = user_token(owner.id, 60, own_stack.jwt_secret, "session_api")
    with (
        pgbouncer(own_stack, "transaction") as url,
        short(sql, "session_api"),
        pooled_postgrest(own_stack, url, **DOCUMENTED) as postgrest,
        locked(own_stack, sql, owner) as session_id,
        client(postgrest, Authorization=f"Bearer {token}") as api,
    ):
        answer = api.patch(f"/study_sessions?id=eq.{session_id}", json={"title": "b"})
        assert answer.json()["code"] == CANCELED


def test_the_apis_own_statements_end(
    own_stack: Project, sql: Sql, user: NewUser, caplog: pytest.LogCaptureFixture
) -> None:
    owner = user()

    async def rename(url: str, session_id: str) -> None:
        settings = {"api_database_url": url, "api_database_prepared_statements": False}
        async with direct(own_stack, **settings) as backend:
            await backend.run(RENAME.query(id=session_id, title="b"), Caller(owner.id), soon(30))

    with (
        short(sql, LOGIN),
        pgbouncer(own_stack, "transaction") as url,
        locked(own_stack, sql, owner) as session_id,
        pytest.raises(ApiError, match="unavailable"),
    ):
        asyncio.run(rename(url, session_id))
    assert CANCELED in caplog.text


class TestPrepared:
    """Prepared statements are on, as they are where nobody has said otherwise."""

    @staticmethod
    def read(stack: Project, url: str, owner: User) -> list[str]:
        """Read many times, several at once, and return the codes of the refusals."""
        refused: list[str] = []

        async def story() -> None:
            async with direct(stack, api_database_url=url, api_database_connections=8) as backend:

                async def read() -> None:
                    try:
                        await backend.run(LIST.query(), Caller(owner.id), soon())
                    except ApiError as error:
                        refused.append(error.code)

                for _ in range(20):
                    await asyncio.gather(*(read() for _ in range(16)))

        asyncio.run(story())
        return refused

    def test_lost_in_transaction_mode(
        self, own_stack: Project, user: NewUser, caplog: pytest.LogCaptureFixture
    ) -> None:
        with pgbouncer(own_stack, "transaction", 3) as url:
            refused = self.read(own_stack, url, user())
        assert set(refused) == {"DATABASE_UNAVAILABLE"}
        assert "API_DATABASE_URL is a pooler in transaction mode" in caplog.text
        assert "set API_DATABASE_PREPARED_STATEMENTS=false" in caplog.text
        assert caplog.text.count("ERROR") >= len(refused)

    def test_kept_in_session_mode(self, own_stack: Project, user: NewUser) -> None:
        with pgbouncer(own_stack, "session", 8) as url:
            assert self.read(own_stack, url, user()) == []
