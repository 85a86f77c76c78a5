"""Checks: the pages of a chat, and the numbers of its messages."""

from psycopg import Connection

from tests.policies.actors import API_OWNER, API_STRANGER
from tests.policies.check import Checks
from tests.policies.functions import HIJACK, acting
from tests.policies.step import execute, found, refusal, savepoint
from tests.policies.world import IDS, named

CHECKS = Checks()


def _page(db: Connection, arguments: str) -> tuple[int, list[str]] | None:
    [(page,)] = execute(db, f"select public.chat_message_page('{IDS['chat']}', {arguments})")
    return page and (page["total"], [item["content"] for item in page["items"]])


@CHECKS.about("public.chat_message_page")
def page_has_the_messages_of_one_session_in_order(db: Connection) -> None:
    with acting(db, API_OWNER):
        for arguments, contents in {
            "10, false": ["First", "Second"],
            "10, true": ["Second", "First"],
            "1, false": ["First"],
            "1, true": ["Second"],
            "1, false, 1": ["Second"],
            "1, true, 1": ["First"],
            "10, false, 2": [],
            "10, true, 9223372036854775807": [],
            "-1, false, -1": [],
            "10, false, before_order => 3": ["First", "Second"],
            "10, true, before_order => 9223372036854775807": ["Second", "First"],
            "1, false, before_order => 3": ["Second"],
            "1, false, before_order => 9223372036854775807": ["Second"],
            "1, true, before_order => 2": ["First"],
            "10, false, before_order => 1": [],
            "10, false, before_order => -9223372036854775807": [],
            "10, false, after_order => 0": ["First", "Second"],
            "10, true, after_order => 0": ["Second", "First"],
            "1, true, after_order => 0": ["First"],
            "10, false, after_order => 1": ["Second"],
            "10, false, after_order => 2": [],
            "10, false, after_order => 9223372036854775807": [],
        }.items():
            assert _page(db, arguments) == (2, contents), arguments
    with acting(db, API_STRANGER):
        assert _page(db, "10, false") is None


def post(user: str, session: str) -> str:
    return (
        "insert into public.chat_messages (user_id, session_id, content) "
        f"values ('{IDS[user]}', '{IDS[session]}', 'new')"
    )


def _counts(db: Connection) -> dict[str, int]:
    return dict(execute(db, "select id::text, message_count from public.chat_sessions"))


@CHECKS.about("chat_messages", "session_api.number_chat_message")
def messages_are_numbered_densely_within_their_session(db: Connection) -> None:
    before = _counts(db)
    with savepoint(db):
        execute(db, "update public.chat_sessions set last_updated = '2020-01-01'")
        execute(db, API_OWNER.become)
        for _ in range(2):
            execute(db, post("owner", "chat"))
        execute(db, "reset role")
        after = _counts(db)
        orders = execute(
            db,
            "select message_order from public.chat_messages "
            f"where session_id = '{IDS['chat']}' order by 1",
        )
        times = execute(
            db,
            "select message.timestamp, session.last_updated, clock_timestamp() "
            "from public.chat_messages as message join public.chat_sessions as session "
            "on session.id = message.session_id where message.content = 'new' "
            "order by message_order",
        )
    assert orders == [(1,), (2,), (3,), (4,)]
    assert after == before | {IDS["chat"]: 4}
    (first, updated, now), (second, _, _) = times
    assert first < second == updated < now
    assert (now - first).total_seconds() < 60


@CHECKS.about("chat_messages", "session_api.number_chat_message")
def time_of_a_message_is_never_before_the_last(db: Connection) -> None:
    """Whatever the clock says: pages are read in the order of the numbers."""
    with acting(db, API_OWNER):
        execute(db, "reset role")
        execute(db, "update public.chat_sessions set last_updated = now() + interval '1 hour'")
        execute(db, API_OWNER.become)
        execute(db, post("owner", "chat"))
        assert found(
            db,
            "select from public.chat_messages as message join public.chat_sessions as session"
            " on session.id = session_id where content = 'new'"
            " and timestamp >= now() + interval '1 hour' and timestamp = last_updated",
        )


@CHECKS.about("public.chat_message_page")
def page_has_at_most_a_thousand_messages(db: Connection) -> None:
    with savepoint(db):
        execute(
            db,
            "set local session_replication_role = replica;"
            "insert into public.chat_messages"
            " (user_id, session_id, content, message_order, timestamp)"
            f" select '{IDS['owner']}', '{IDS['chat']}', 'More', number, now()"
            " from generate_series(3, 1001) as number;"
            "update public.chat_sessions set message_count = 1001;"
            "set local session_replication_role = origin",
        )
        execute(db, API_OWNER.become)
        for limit, count in ((999, 999), (1000, 1000), (1001, 1000), (2**31 - 1, 1000)):
            page = _page(db, f"{limit}, false")
            assert page is not None
            assert (page[0], len(page[1])) == (1001, count), limit


@CHECKS.about("chat_messages", "session_api.number_chat_message")
def message_does_not_touch_a_session_of_somebody_else(db: Connection) -> None:
    """Not even to be rolled back: it would wait for, and hold up, the owner's own messages."""
    with savepoint(db):
        execute(
            db,
            """
            create function pg_temp.touched() returns trigger language plpgsql as $$
            begin
              raise exception 'touched' using errcode = 'TOUCH';
            end
            $$;
            create trigger touched before update on public.chat_sessions
              for each row execute function pg_temp.touched()
            """,
        )
        execute(db, API_STRANGER.become)
        for user, session in (("stranger", "chat"), ("stranger", "absent")):
            refused = refusal(db, post(user, session))
            assert refused == ("23503", "chat_messages_session_fkey"), refused


@CHECKS.about("session_api.number_chat_message", "public.chat_message_page")
def names_in_functions_of_chat_cannot_be_hijacked(db: Connection) -> None:
    with savepoint(db):
        execute(db, named(HIJACK))
        page_has_the_messages_of_one_session_in_order(db)
        with acting(db, API_OWNER):
            execute(db, post("owner", "second_chat"))
            execute(db, "set local search_path = pg_catalog")
            assert found(
                db,
                "select from public.chat_messages where message_order = 2 "
                f"and session_id = '{IDS['second_chat']}' and timestamp < now() + interval '1 day'",
            )
