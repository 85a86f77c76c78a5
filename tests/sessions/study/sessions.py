"""Study sessions over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.actors import Sql, User

PATH = "/api/v1/study/sessions"

CHILDREN = ["study_documents", "study_chunks", "study_topics", "study_chats", "study_messages"]


def new(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    answer = client.post(PATH, json={"title": "Linear algebra", **fields})
    assert answer.status_code == 201, answer.text
    session: dict[str, Any] = answer.json()
    return session


def with_children(sql: Sql, owner: User, session_id: str) -> None:
    """One row in each of the tables below a session."""
    document, chat = uuid4(), uuid4()
    for statement, values in (
        (
            "insert into study_documents (id, profile_id, session_id, file_name)"
            " values (%s, %s, %s, 'a.pdf')",
            [document, owner.id, session_id],
        ),
        (
            "insert into study_chunks (profile_id, document_id, chunk_index, content)"
            " values (%s, %s, 0, 'x')",
            [owner.id, document],
        ),
        (
            "insert into study_topics (profile_id, session_id, title) values (%s, %s, 'x')",
            [owner.id, session_id],
        ),
        (
            "insert into study_chats (id, profile_id, session_id) values (%s, %s, %s)",
            [chat, owner.id, session_id],
        ),
        (
            "insert into study_messages (profile_id, chat_id, role, content)"
            " values (%s, %s, 'user', 'x')",
            [owner.id, chat],
        ),
    ):
        sql.execute(statement, values)


def counts(sql: Sql, owner_id: UUID) -> dict[str, int]:
    found = {}
    for table in CHILDREN:
        row = sql.execute(
            f"select count(*) from public.{table} where profile_id = %s", [owner_id]
        ).fetchone()
        assert row
        found[table] = row[0]
    return found
