"""Checks: what the functions and the triggers answer and do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Connection

from tests.policies.actors import API_OWNER, API_STRANGER, OWNER, PARTICIPANT, STRANGER, Actor
from tests.policies.cells import COLUMNS, GRANTS, VIEWS
from tests.policies.check import Checks
from tests.policies.matrix import RESTRICTIONS
from tests.policies.step import execute, found, refusal, savepoint
from tests.policies.world import IDS, named

CHECKS = Checks()

_KINDS = {
    "study": IDS["study"],
    "interview": IDS["interview"],
    "chat": IDS["chat"],
    "wingman": IDS["wingman"],
}


@contextmanager
def acting(db: Connection, actor: Actor) -> Iterator[None]:
    with savepoint(db):
        execute(db, actor.become)
        yield


def _ids(db: Connection, function: str) -> set[str]:
    return {str(row_id) for (row_id,) in execute(db, f"select session_api.{function}()")}


_MATCHES = {
    OWNER: ("match", "free_match", "pending_match", "declined_match", "invitation"),
    PARTICIPANT: ("match", "free_match", "pending_match", "declined_match"),
    STRANGER: ("foreign_match",),
}
_BUDDIES = {
    OWNER: ("participant", "invited"),
    PARTICIPANT: ("owner",),
    STRANGER: ("other",),
}


@CHECKS.about("session_api.my_match_ids")
def matches_are_the_callers_on_either_side(db: Connection) -> None:
    for actor, names in _MATCHES.items():
        with acting(db, actor):
            assert _ids(db, "my_match_ids") == {IDS[name] for name in names}


@CHECKS.about("session_api.my_buddy_ids")
def buddies_are_the_other_users_of_the_callers_matches(db: Connection) -> None:
    for actor, names in _BUDDIES.items():
        with acting(db, actor):
            assert _ids(db, "my_buddy_ids") == {IDS[name] for name in names}


@CHECKS.about("session_api.my_match_ids", "session_api.my_buddy_ids")
def memberships_do_not_lean_on_the_policy_of_matches(db: Connection) -> None:
    with savepoint(db):
        execute(db, "alter table public.wingman_matches disable row level security")
        matches_are_the_callers_on_either_side(db)
        buddies_are_the_other_users_of_the_callers_matches(db)


@CHECKS.about("session_api.caller_id")
def caller_is_the_verified_subject_or_nobody(db: Connection) -> None:
    for claims, caller in {
        json.dumps({"sub": IDS["owner"]}): IDS["owner"],
        json.dumps({"sub": IDS["owner"].upper(), "x": "y" * 1_000_000}): IDS["owner"],
        '{"sub": null}': None,
        "{}": None,
        "": None,  # as after a transaction that had claims
        "null": None,
        "[]": None,
        '"sub"': None,
        "{": None,
        "no JSON": None,
        '{"sub": ""}': None,
        '{"sub": "no id"}': None,
        '{"sub": 7}': None,
        json.dumps({"sub": {"sub": IDS["owner"]}}): None,
        json.dumps({"sub": [IDS["owner"]]}): None,
        json.dumps({"sub": IDS["owner"] + " "}): None,
        json.dumps({"sub": "a" * 10_000_000}): None,
        # a text that jsonb cannot hold, and one nested too deep to be read
        json.dumps({"sub": IDS["owner"], "x": "\0"}): None,
        f'{{"sub": "{IDS["owner"]}", "x": {"[" * 100_000}{"]" * 100_000}}}': None,
    }.items():
        with savepoint(db):
            db.execute("select set_config('request.jwt.claims', %s, true)", [claims])
            [(got,)] = execute(db, "select session_api.caller_id()::text")
            assert got == caller, claims[:100]


@CHECKS.about(*(f"public.{kind}_session_exists" for kind in _KINDS))
def existence_is_of_a_session_of_that_kind(db: Connection) -> None:
    with acting(db, API_STRANGER):
        for kind in _KINDS:
            for other, session_id in {**_KINDS, "absent": IDS["absent"]}.items():
                [(exists,)] = execute(db, f"select public.{kind}_session_exists('{session_id}')")
                assert exists is (kind == other), (kind, other)


@CHECKS.about("session_api.is_not_estimated", *RESTRICTIONS.split()[1:])
def estimates_are_not_for_users(db: Connection) -> None:
    """They come from everybody's rows, and PostgREST gives them as a planned count."""
    kept = RESTRICTIONS.split()[1:]
    for table in COLUMNS:
        statement = f"explain (format json) select id from public.{table}"
        with acting(db, OWNER):
            refused = refusal(db, statement) == ("42501", None)
        unread = (table, "select", "id", "authenticated") not in GRANTS
        assert refused is (unread or table in (*kept, *VIEWS)), table
    for table in kept:
        if (table, "select", "id", "session_api") in GRANTS:
            with acting(db, API_OWNER):
                assert refusal(db, f"EXPLAIN select id from public.{table}") is None, table


def _page(db: Connection, arguments: str) -> tuple[int, list[str]] | None:
    [(page,)] = execute(db, f"select public.chat_message_page('{IDS['chat']}', {arguments})")
    return page and (page["total"], [item["content"] for item in page["items"]])


@CHECKS.about("public.chat_message_page")
def page_has_the_messages_of_one_session_in_order(db: Connection) -> None:
    with acting(db, API_OWNER):
        assert _page(db, "0, 10, false") == (2, ["First", "Second"])
        assert _page(db, "0, 10, true") == (2, ["Second", "First"])
        assert _page(db, "0, 1, false") == (2, ["First"])
        assert _page(db, "1, 1, false") == (2, ["Second"])
        assert _page(db, "0, 1, true") == (2, ["Second"])
        assert _page(db, "1, 1, true") == (2, ["First"])
        assert _page(db, "2, 10, false") == (2, [])
        assert _page(db, "9223372036854775807, 10, true") == (2, [])
        assert _page(db, "-1, -1, false") == (2, [])
    with acting(db, API_STRANGER):
        assert _page(db, "0, 10, false") is None


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


HIJACK = """
create schema evil;
grant usage on schema evil to public;
create function evil.differ(uuid, uuid) returns boolean language sql
  as 'select not uuid_eq($1, $2)';
create function evil.differ(text, text) returns boolean language sql
  as 'select not texteq($1, $2)';
create operator evil.= (function = evil.differ, leftarg = uuid, rightarg = uuid);
create operator evil.= (function = evil.differ, leftarg = text, rightarg = text);
create function evil.current_setting(text, boolean) returns text language sql
  as $$ select '{"sub": "{owner}"}' $$;
create function evil.nowhere(text, text) returns boolean language sql as 'select false';
create operator evil.~* (function = evil.nowhere, leftarg = text, rightarg = text);
create function evil.now() returns timestamptz language sql
  as $$ select timestamptz '2100-01-01' $$;
create function evil.clock_timestamp() returns timestamptz language sql
  as $$ select timestamptz '2100-01-01' $$;
create type pg_temp.jsonb as enum ('evil');
set local search_path = evil, pg_catalog
"""


@CHECKS.about(
    "session_api.caller_id",
    "session_api.is_not_estimated",
    "session_api.my_match_ids",
    "session_api.my_buddy_ids",
    "session_api.number_chat_message",
    "session_api.set_updated_at",
    "public.chat_message_page",
    "public.confirm_wingman_session",
    *(f"public.{kind}_session_exists" for kind in _KINDS),
)
def names_in_functions_cannot_be_hijacked(db: Connection) -> None:
    """A caller's search_path with operators and functions of their own changes no answer."""
    with savepoint(db):
        execute(db, named(HIJACK))
        # or else the policy would hide what a wrong comparison lets through
        execute(db, "alter table public.wingman_matches disable row level security")
        with acting(db, STRANGER):
            [(caller,)] = execute(db, "select session_api.caller_id()::text")
            assert caller == IDS["stranger"]
            assert _ids(db, "my_match_ids") == {IDS["foreign_match"]}
            assert _ids(db, "my_buddy_ids") == {IDS["other"]}
            explained = refusal(db, "explain select from public.study_sessions")
            assert explained == ("42501", None)
        existence_is_of_a_session_of_that_kind(db)
        page_has_the_messages_of_one_session_in_order(db)
        with acting(db, API_OWNER):
            execute(db, post("owner", "second_chat"))
            execute(db, "update public.study_sessions set title = 'new'")
            execute(db, "set local search_path = ''")
            assert found(
                db,
                "select from public.chat_messages where message_order = 2 "
                f"and session_id = '{IDS['second_chat']}' and timestamp < now() + interval '1 day'",
            )
            assert found(db, "select from public.study_sessions where updated_at = now()")
        with acting(db, API_OWNER):
            confirmed = f"select status from public.confirm_wingman_session('{IDS['wingman']}')"
            assert execute(db, confirmed) == [("scheduled",)]
