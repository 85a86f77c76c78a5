"""The users' book against the database's."""

from collections.abc import Collection
from dataclasses import dataclass

import psycopg
from psycopg import Connection

from tests.faults.load import Book
from tests.faults.site import Site


@dataclass
class Proof:
    """What must be zero, each of it but `lost`, where the fault explains the loss, and `in_doubt`.

    A loss is explained if the standby could not have the write yet, or if the write is at a second
    primary.
    """

    lost: int
    unexplained: int
    twice: int
    half: int
    foreign: int
    gaps: int
    undead: int  # refused, and there all the same
    in_doubt: int = 0  # that it was told so may be

    def __bool__(self) -> bool:
        wrong = (self.unexplained, self.twice, self.half, self.foreign, self.gaps, self.undead)
        return not any(wrong)


def prove(site: Site, book: Book) -> Proof:
    """Compare the answers with the database."""
    with psycopg.connect(site.database_url) as sql:
        lost = missing(sql, book)
        messages = counts(sql, "chat_messages", "content", book.messages_sent)
        studies = counts(sql, "study_sessions", "title", book.studies_sent | book.plain.keys())
        half = one(
            sql,
            "select count(*) from public.wingman_sessions where (status = 'completed') <>"
            " (user1_completed_confirmed_by_user2 and user2_completed_confirmed_by_user1)"
            " or (status = 'completed') <> (completed_at is not null)",
        )
        gaps = one(
            sql,
            "select count(*) from public.chat_sessions as session where message_count <>"
            " (select coalesce(max(message_order), 0) from public.chat_messages"
            " where session_id = session.id) or message_count <>"
            " (select count(*) from public.chat_messages where session_id = session.id)",
        )
    unexplained = {it for it in lost if book.told_at[it] < site.may_lose_from}
    if site.second_primary is not None:
        with psycopg.connect(site.second_primary) as sql:
            unexplained &= missing(sql, book)
    return Proof(
        lost=len(lost),
        unexplained=len(unexplained),
        twice=sum(count > 1 for count in (*messages.values(), *studies.values())),
        half=half,
        foreign=book.foreign,
        gaps=gaps,
        undead=sum(word == "refused" and it in studies for it, word in book.plain.items()),
        in_doubt=sum(word == "in doubt" for word in book.plain.values()),
    )


def missing(sql: Connection, book: Book) -> set[str]:
    """Return the acknowledged writes that are not in a database, as `Book.told_at` names them."""
    lost = book.messages_told - counts(sql, "chat_messages", "content", book.messages_told).keys()
    made = book.studies_told | {it for it, word in book.plain.items() if word == "made"}
    lost |= made - counts(sql, "study_sessions", "title", made).keys()
    for session, number in book.confirmed:
        flag = ("user2_completed_confirmed_by_user1", "user1_completed_confirmed_by_user2")
        query = f"select {flag[number - 1]} from public.wingman_sessions where id = %s"
        if sql.execute(query.encode(), [session]).fetchone() != (True,):
            lost.add(f"{session} {number}")
    for session, notes in book.notes.items():
        found = sql.execute(
            "select notes from public.wingman_sessions where id = %s", [session]
        ).fetchone()
        if found != (notes,) and session not in book.notes_in_doubt:
            lost.add(notes)
    return lost


def counts(sql: Connection, table: str, column: str, values: Collection[str]) -> dict[str, int]:
    """Return how many rows have each of these values, where there is one."""
    query = f"select {column}, count(*) from public.{table} where {column} = any(%s) group by 1"
    return dict(sql.execute(query.encode(), [list(values)]).fetchall())


def one(sql: Connection, query: str) -> int:
    """Return the number that a query finds."""
    found = sql.execute(query.encode()).fetchone()
    assert found is not None
    return int(found[0])
