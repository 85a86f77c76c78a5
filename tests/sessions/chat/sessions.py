"""Chat sessions and their messages over HTTP."""

import httpx

from tests.actors import Sql, User

PATH = "/api/v1/chat/sessions"


def new(client: httpx.Client) -> str:
    session_id: str = client.post(PATH, json={"title": "Weekend plans"}).json()["id"]
    return session_id


def with_messages(sql: Sql, owner: User, session_id: str, count: int) -> None:
    sql.execute(
        "insert into public.chat_messages (user_id, session_id, content)"
        " select %s, %s, 'message ' || n from generate_series(1, %s) as n",
        [owner.id, session_id, count],
    )
