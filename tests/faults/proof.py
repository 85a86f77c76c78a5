"""The users' book against the database's."""

from dataclasses import dataclass

import psycopg

from tests.faults.load import Book
from tests.faults.site import Site


@dataclass
class Proof:
    """What must be zero, each of it."""

    lost: int
    twice: int
    half: int
    foreign: int
    gaps: int
    undead: int  # refused, and there all the same
    in_doubt: int = 0  # that it was told so may be

    def __bool__(self) -> bool:
        return not any((self.lost, self.twice, self.half, self.foreign, self.gaps, self.undead))


def prove(site: Site, book: Book) -> Proof:
    """Compare the answers with the database."""
    with psycopg.connect(site.database_url) as sql:

        def one(query: str) -> int:
            found = sql.execute(query.encode()).fetchone()
            assert found is not None
            return int(found[0])

        lost = twice = 0
        for table, column, told, sent in (
            ("chat_messages", "content", book.messages_told, book.messages_sent),
            ("study_sessions", "title", book.studies_told, book.studies_sent),
        ):
            query = (
                f"select {column}, count(*) from public.{table} where {column} = any(%s) group by 1"
            )
            there: dict[str, int] = dict(sql.execute(query.encode(), [list(sent)]).fetchall())
            lost += len(told - there.keys())
            twice += sum(count > 1 for count in there.values())
        query = "select title, count(*) from public.study_sessions where title = any(%s) group by 1"
        there = dict(sql.execute(query.encode(), [list(book.plain)]).fetchall())
        said = book.plain.items()
        lost += sum(word == "made" and title not in there for title, word in said)
        twice += sum(count > 1 for count in there.values())
        undead = sum(word == "refused" and title in there for title, word in said)
        for session, number in book.confirmed:
            flag = ("user2_completed_confirmed_by_user1", "user1_completed_confirmed_by_user2")
            query = f"select {flag[number - 1]} from public.wingman_sessions where id = %s"
            lost += sql.execute(query.encode(), [session]).fetchone() != (True,)
        for session, notes in book.notes.items():
            query = "select notes from public.wingman_sessions where id = %s"
            found = sql.execute(query.encode(), [session]).fetchone()
            lost += found != (notes,) and session not in book.notes_in_doubt
        half = one(
            "select count(*) from public.wingman_sessions where (status = 'completed') <>"
            " (user1_completed_confirmed_by_user2 and user2_completed_confirmed_by_user1)"
            " or (status = 'completed') <> (completed_at is not null)"
        )
        gaps = one(
            "select count(*) from public.chat_sessions as session where message_count <>"
            " (select coalesce(max(message_order), 0) from public.chat_messages"
            " where session_id = session.id) or message_count <>"
            " (select count(*) from public.chat_messages where session_id = session.id)"
        )
    in_doubt = sum(word == "in doubt" for word in book.plain.values())
    return Proof(lost, twice, half, book.foreign, gaps, undead, in_doubt)
