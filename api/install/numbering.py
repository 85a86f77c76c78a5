"""Chat messages that existed before: the API relies on numbers 1…n, and on their count."""

from collections.abc import Iterator

from psycopg import Connection

from api.install.live import LiveTable, Survey
from api.install.rows import Hindrance, hindrance

_PLACES = (
    "(select id, message_order as number, row_number() over"
    ' (partition by user_id, session_id order by message_order, "timestamp", id) as place'
    " from public.chat_messages) as numbered"
)
_NEEDED = {"user_id", "session_id", "message_order", "timestamp"}
_COUNT = (
    "(select count(*) from public.chat_messages as message"
    " where message.user_id = session.user_id and message.session_id = session.id)"
)
_LATEST = (
    '(select max("timestamp") from public.chat_messages as message'
    " where message.user_id = session.user_id and message.session_id = session.id)"
)


def hindrances(connection: Connection, table: LiveTable, live: Survey) -> Iterator[Hindrance]:
    """Find messages with other numbers, and sessions with a wrong or missing message count."""
    messages = live.tables.get("chat_messages")
    if messages is None or not messages.columns.keys() >= _NEEDED:
        return
    if table.name == "chat_messages":
        yield from hindrance(
            connection,
            "public.chat_messages",
            "public.chat_messages: a message_order that is not the place in its session, from 1",
            f"id in (select id from {_PLACES} where number is distinct from place)",
            # first to unused numbers: there may be a unique index
            f"update public.chat_messages as message set message_order = -place from {_PLACES} "
            "where numbered.id = message.id and number is distinct from place; "
            "update public.chat_messages set message_order = -message_order "
            "where message_order < 0;",
        )
    if table.name == "chat_sessions":
        counted = "session.message_count" if "message_count" in table.columns else "0"
        yield from hindrance(
            connection,
            "public.chat_sessions",
            "public.chat_sessions: a message_count that is not the number of messages",
            f"id in (select id from public.chat_sessions as session where {counted} <> {_COUNT})",
            "".join(_fill(table)),
        )


def _fill(table: LiveTable) -> Iterator[str]:
    sets = [f"message_count = {_COUNT}"]
    alter = "alter table public.chat_sessions add column if not exists"
    if "message_count" not in table.columns:
        yield f"{alter} message_count bigint not null default 0; "
    if "last_updated" not in table.columns:
        yield f"{alter} last_updated timestamptz not null default now(); "
        sets.append(f"last_updated = coalesce({_LATEST}, last_updated)")
    yield f"update public.chat_sessions as session set {', '.join(sets)};"
