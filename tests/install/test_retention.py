"""Jobs that delete what is old: supabase/retention.sql, and the statement of docs/machines.md."""

import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest

from local.migrations import PROJECT, migrate
from tests.actors import NewUser, NewWingman, Sql
from tests.install.servers import DEBIAN_15, server

RETENTION = (PROJECT / "supabase" / "retention.sql").read_text()
MACHINES = (PROJECT / "docs" / "machines.md").read_text()
HAS_CRON = DEBIAN_15.parents[3].joinpath("share/postgresql/15/extension/pg_cron.control").exists()
KEYS = "public.session_api_idempotency_keys"
JOB = "select jobname, schedule, username, command from cron.job"


def job() -> str:
    """What the job of retention.sql runs."""
    found = re.search(r"\$\$(.*)\$\$", RETENTION)
    assert found is not None
    return found[1]


def keep(sql: Sql, user_id: UUID, age: str) -> None:
    sql.execute(
        f"insert into {KEYS} (user_id, key, fingerprint, row_id, created_at) values"
        " (%s, md5(random()::text) || md5(''), md5('') || md5(''), %s, now() - %s::interval)",
        [user_id, uuid4(), age],
    )


def kept(sql: Sql, *users: UUID) -> list[int]:
    query = f"select from {KEYS} where user_id = %s"
    return [sql.execute(query.encode(), [user]).rowcount for user in users]


def test_expired_keys_of_all_users(sql: Sql, user: NewUser) -> None:
    gone, returns = user().id, user().id
    for age in ("30 days", "24 hours 1 second"):
        keep(sql, gone, age)
    for age in ("2 days", "23 hours 59 minutes", "0"):
        keep(sql, returns, age)
    sql.execute(job().encode())
    assert kept(sql, gone, returns) == [0, 2]


@pytest.fixture
def scheduled() -> Iterator[Sql]:
    """A project of PostgreSQL 15 with pg_cron: its owner's connection."""
    if not HAS_CRON:
        pytest.skip("pg_cron is not installed (apt-get install postgresql-15-cron)")
    options = {"shared_preload_libraries": "pg_cron", "cron.database_name": "project"}
    with server(15, **options) as running:
        name = running.database()
        with running.admin() as admin:
            admin.execute(f"alter database {name} rename to project".encode())
        migrate(running.url("project"))
        with psycopg.connect(running.url("project"), autocommit=True) as owner:
            # a project's owner has this from Supabase
            with running.admin("project") as admin:
                admin.execute("create extension pg_cron")
                admin.execute("grant usage on schema cron to postgres")
            yield owner


def test_the_job_as_pg_cron_keeps_it(scheduled: Sql) -> None:
    for _ in range(2):
        scheduled.execute(RETENTION.encode())
    assert scheduled.execute(JOB).fetchall() == [
        ("session-api-idempotency-keys", "17 3 * * *", "postgres", job())
    ]


def test_old_sessions_in_batches(sql: Sql, user: NewUser, wingman: NewWingman) -> None:
    """The statements of docs/machines.md, until they find nothing."""
    statements = re.findall(r"```sql\n(.*?)```", MACHINES, re.DOTALL)
    assert len(statements) == 1
    owner, young = user().id, user().id
    for user_id, age in ((owner, "3 years"), (young, "1 year")):
        (chat,) = sql.execute(
            "insert into public.chat_sessions (user_id, title) values (%s, 'Chat') returning id",
            [user_id],
        ).fetchone() or (None,)
        for _ in range(3):
            sql.execute(
                "insert into public.chat_messages (session_id, user_id, content)"
                " values (%s, %s, 'Hello')",
                [chat, user_id],
            )
        sql.execute(
            "update public.chat_sessions set last_updated = now() - %s::interval where id = %s",
            [age, chat],
        )
    old, planned = wingman("cancelled"), wingman("scheduled")
    sql.execute(
        "update public.wingman_sessions set scheduled_time = now() - interval '3 years',"
        " created_at = now() - interval '4 years' where id = any (%s)",
        [[old.session_id, planned.session_id]],
    )
    for statement in filter(str.strip, statements[0].split(";")):
        while sql.execute(statement.encode()).rowcount:
            pass
    messages = "select from public.chat_messages where user_id = %s"
    assert [sql.execute(messages, [it]).rowcount for it in (owner, young)] == [0, 3]
    sessions = "select from public.wingman_sessions where id = %s"
    assert sql.execute(sessions, [old.session_id]).rowcount == 0
    assert sql.execute(sessions, [planned.session_id]).rowcount == 1
