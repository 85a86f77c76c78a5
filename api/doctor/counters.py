"""Checks that chat sessions' counters match their messages."""

from collections.abc import Iterator

import psycopg
from psycopg import Connection

from api.doctor.findings import Finding, NotCheckedError

_SECONDS = 60

_QUESTION = """
select count(*) filter (where coalesce(first, 1) <> 1 or coalesce(last, 0) <> coalesce(number, 0)),
       count(*) filter (where message_count <> coalesce(number, 0))
from public.chat_sessions as session
left join (
  select user_id, session_id, count(*) as number, min(message_order) as first,
         max(message_order) as last
  from public.chat_messages
  group by user_id, session_id
) as messages on messages.user_id = session.user_id and messages.session_id = session.id
"""

_RENUMBER = (
    "update public.chat_messages as message set message_order = -place"
    " from (select id, message_order as number, row_number() over"
    " (partition by user_id, session_id order by message_order) as place"
    " from public.chat_messages) as numbered"
    " where numbered.id = message.id and number <> place;"
    " update public.chat_messages set message_order = -message_order where message_order < 0;"
)
_RECOUNT = (
    "update public.chat_sessions as session set message_count = number"
    " from (select session.id, count(message.id) as number from public.chat_sessions as session"
    " left join public.chat_messages as message"
    " on message.user_id = session.user_id and message.session_id = session.id"
    " group by session.id) as counted"
    " where counted.id = session.id and message_count <> number;"
)


def findings(connection: Connection) -> Iterator[Finding]:
    """Find chat sessions whose messages are not numbered 1…n, or whose message_count is not n.

    Pages and totals are computed from both. Reads an index of every message.

    Raises:
        NotCheckedError: the role may not read every row, or it took too long.

    """
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(f"set local statement_timeout = '{_SECONDS}s'")
            # an error, instead of counting the rows that policies leave
            connection.execute("set local row_security = off")
            row = connection.execute(_QUESTION).fetchone()
    except psycopg.errors.QueryCanceled as error:
        raise NotCheckedError(f"counting the messages took more than {_SECONDS} s") from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise NotCheckedError("DATABASE_URL's role may not read every chat message") from error
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
        raise NotCheckedError("chat's tables are not as they must be, see above") from error
    gaps, wrong = row or (0, 0)
    if gaps:
        yield Finding(
            "chat-counters",
            f"message_order is not 1…n in {_sessions(gaps)}: pages lack messages",
            _locked(_RENUMBER),
        )
    if wrong:
        yield Finding(
            "chat-counters",
            f"message_count is not the number of messages in {_sessions(wrong)}",
            _locked(_RECOUNT),
        )


def _locked(update: str) -> str:
    # new messages wait: one added between counting and writing would not be counted
    return f"begin; lock table public.chat_sessions in share row exclusive mode; {update} commit;"


def _sessions(number: int) -> str:
    return f"{number} chat session{'' if number == 1 else 's'}"
