"""A dump of the rows, restored into a database that the migrations made."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg

from api.kinds import KINDS
from local.keys import DEMO_USERS
from local.migrations import seed
from tests.install.conftest import Living
from tests.install.servers import programs
from tests.install.site import Site

SESSION = "f0000000-0000-4000-8000-000000000001"
# as rows are that have been there for years: nothing that a trigger would write today
OLD = f"""
update public.chat_messages set "timestamp" = '2001-02-03 04:05:06.789Z'::timestamptz
  + message_order * interval '1 day';
update public.chat_sessions set created_at = '2001-02-03Z', last_updated = '2001-02-06 04:05:06Z';
alter table public.study_sessions disable trigger set_updated_at;
update public.study_sessions set created_at = '2001-02-03Z', updated_at = '2001-02-04Z';
alter table public.study_sessions enable trigger set_updated_at;
insert into public.session_api_idempotency_keys (user_id, key, fingerprint, row_id)
  select user_id, encode(sha256('key'), 'hex'), encode(sha256('body'), 'hex'), id
  from public.chat_sessions where id = '{SESSION}';
"""


def _made(project: Living) -> Living:
    kinds = ",".join(KINDS)
    result = project.install(kinds, url="")
    assert result.exit_code == 0, result.output
    project.push()
    return project


def _run(project: Living, program: str, *arguments: str, text: str = "") -> str:
    version = int(project.one("show server_version_num")) // 10000
    folder = programs(version)
    assert folder is not None
    done = subprocess.run(  # noqa: S603
        [str(Path(folder, program)), *arguments, project.url],
        input=text,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_rows_are_as_dumped(
    living: Callable[..., Living], serve: Callable[[Living, str], Site], tmp_path: Path
) -> None:
    source = _made(living())
    seed(source.url)
    source.run(OLD)
    dump = _run(source, "pg_dump", "--data-only", "--schema=public", "--schema=auth")
    assert "chat_messages" in dump
    (tmp_path / "new").rename(tmp_path / "source")

    target = _made(living())
    _run(target, "psql", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", text=dump)
    rows = target.rows()
    assert rows == source.rows()
    assert [row["message_order"] for row in rows["chat_messages"]] != []
    assert rows["session_api_idempotency_keys"] != []

    site = serve(target, ",".join(KINDS))
    assert [finding for check in site.examine() for finding in check.findings] == []
    owner = next(iter(DEMO_USERS.values()))
    with site.as_user(owner) as user:
        path = f"/api/v1/chat/sessions/{SESSION}"
        posted = user.post(f"{path}/messages", json={"content": "And now?"})
        assert posted.status_code == 201, posted.text
        assert posted.json()["message_order"] == 4
        assert user.get(path).json()["message_count"] == 4


def test_only_the_owner_numbers(living: Callable[..., Living]) -> None:
    """A right to the other columns, or a default of the project's, is none to choose a number."""
    project = _made(living())
    seed(project.url)
    project.run("alter table public.chat_messages alter column message_order set default 77")
    owner = next(iter(DEMO_USERS.values()))
    with psycopg.connect(project.url) as connection:
        connection.execute("grant session_api to postgres")
        connection.execute("select set_config('request.jwt.claims', %s, true)", [_claims(owner)])
        connection.execute("set local role session_api")
        connection.execute(
            "insert into public.chat_messages (user_id, session_id, content) values (%s, %s, 'x')",
            [owner, SESSION],
        )
    found = project.one("select max(message_order) from public.chat_messages")
    assert found == project.one("select message_count from public.chat_sessions") == 4


def _claims(user: object) -> str:
    return f'{{"sub": "{user}", "role": "session_api"}}'
