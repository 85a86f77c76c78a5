"""Checks: a key of the API's creates one row, for one user, for a day."""

import json

from psycopg import Connection

from tests.policies.actors import API_OWNER, API_STRANGER
from tests.policies.check import Checks
from tests.policies.functions import HIJACK, acting, post
from tests.policies.step import execute, refusal, savepoint
from tests.policies.world import IDS, named

CHECKS = Checks()

KEYS = "session_api_idempotency_keys"


def _keyed(db: Connection, letter: str, asked: str = "c") -> None:
    headers = {"idempotency-key": letter * 64, "idempotency-fingerprint": asked * 64}
    execute(db, f"set local request.headers = '{json.dumps(headers)}'")


_KEYED_INSERTS = {
    "study_sessions": "(profile_id, title) values ('{owner}', 'keyed')",
    "interview_sessions": "(user_id) values ('{owner}')",
    "chat_sessions": "(user_id, title) values ('{owner}', 'keyed')",
    "chat_messages": "(user_id, session_id, content) values ('{owner}', '{chat}', 'keyed')",
    "wingman_sessions": """
        (match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time)
        values ('{free_match}', '{challenge1}', '{challenge2}', 'keyed', now() + interval '1 hour')
    """,
}
_TAKEN = ("23505", "session_api_idempotency_keys_once")


@CHECKS.about(KEYS, "session_api.claim_idempotency_key", *_KEYED_INSERTS)
def a_key_creates_once(db: Connection) -> None:
    for table, row in _KEYED_INSERTS.items():
        insert = named(f"insert into public.{table} {row}")
        count = f"select count(*) from public.{table}"
        claims = f"select row_id in (select id from public.{table}) from public.{KEYS}"
        with acting(db, API_OWNER):
            _keyed(db, "b")
            [(before,)] = execute(db, count)
            execute(db, insert)
            # also where the first one's row would be in the way of a second
            refused = refusal(db, insert)
            assert refused == _TAKEN, (table, refused)
            assert execute(db, count) == [(before + 1,)]
            claim = f"{claims} where key = repeat('b', 64) and fingerprint = repeat('c', 64)"
            assert execute(db, claim) == [(True,)]


@CHECKS.about(KEYS, "session_api.claim_idempotency_key")
def a_key_is_its_users_and_for_a_day(db: Connection) -> None:
    new = post("owner", "chat")
    with acting(db, API_OWNER):
        _keyed(db, "a")
        refused = refusal(db, new)
        assert refused == _TAKEN, refused
        execute(db, "set local request.headers = '{}'")
        assert refusal(db, new) is None, "without a key nothing is claimed"
        execute(db, "set local request.headers = ''")
        assert refusal(db, new) is None, "after another transaction the setting is empty"
    with acting(db, API_STRANGER):
        _keyed(db, "a")
        assert refusal(db, post("stranger", "foreign_chat")) is None, "another's key is no key"
    for age, outcome in (("23 hours 59 minutes", _TAKEN), ("24 hours 1 minute", None)):
        with savepoint(db):
            execute(
                db,
                f"insert into public.{KEYS} (user_id, key, fingerprint, row_id) values "
                f"('{IDS['stranger']}', repeat('a', 64), repeat('a', 64), '{IDS['study']}')",
            )
            old = f"update public.{KEYS} set created_at = now() - interval '{age}'"
            execute(db, old)
            # the function itself says whose keys it forgets
            execute(db, f"alter table public.{KEYS} disable row level security")
            execute(db, API_OWNER.become)
            _keyed(db, "a")
            assert refusal(db, new) == outcome, age
            if outcome is None:
                execute(db, new)
                execute(db, "reset role")
                others = named(
                    "select from public.session_api_idempotency_keys where user_id = '{stranger}'"
                )
                assert len(execute(db, others)) == 1, "the stranger's stays"


@CHECKS.about(KEYS, "session_api.claim_idempotency_key")
def a_key_cannot_be_forgotten_by_another_clock(db: Connection) -> None:
    with savepoint(db):
        execute(db, named(HIJACK))
        with acting(db, API_OWNER):
            _keyed(db, "a")
            refused = refusal(db, post("owner", "chat"))
            assert refused == _TAKEN, refused
