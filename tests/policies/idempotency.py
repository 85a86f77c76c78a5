"""Checks: an idempotency key creates one row, for one user, for a day."""

import json
from functools import partial
from itertools import product

from psycopg import Connection

from tests.policies.actors import API_OWNER, API_STRANGER, OWNER, Actor
from tests.policies.cells import GRANTS, KEYS, TRIGGERS
from tests.policies.check import Check
from tests.policies.functions import HIJACK, acting
from tests.policies.rows import INSERTS, REPOINTS
from tests.policies.step import execute, found, refusal, savepoint
from tests.policies.world import IDS, named


def _keyed(db: Connection, letter: str, asked: str = "c") -> None:
    headers = {"idempotency-key": letter * 64, "idempotency-fingerprint": asked * 64}
    execute(db, f"set local request.headers = '{json.dumps(headers)}'")


_CREATED = [name for name, triggers in TRIGGERS.items() if "claim_idempotency_key" in triggers]
_TAKEN = ("23505", "session_api_idempotency_keys_once")


def _insert(table: str, **others: str) -> str:
    """Write what the API inserts into the table: the owner's row, or another's."""
    given = {
        column: others.get(column, value)
        for column, value in INSERTS[table].items()
        if (table, "insert", column, "session_api") in GRANTS
    }
    columns, values = ", ".join(given), named(", ".join(given.values()))
    return f"insert into public.{table} ({columns}) values ({values})"


def _creates_once(table: str, db: Connection) -> None:
    insert = _insert(table)
    count = f"select count(*) from public.{table}"
    claims = f"select row_id in (select id from public.{table}) from public.{KEYS}"
    with acting(db, API_OWNER):
        _keyed(db, "b")
        [(before,)] = execute(db, count)
        execute(db, insert)
        # also where the first one's row would be in the way of a second
        assert refusal(db, insert) == _TAKEN
        assert execute(db, count) == [(before + 1,)]
        claim = f"{claims} where key = repeat('b', 64) and fingerprint = repeat('c', 64)"
        assert execute(db, claim) == [(True,)]


def _is_its_users_and_for_a_day(table: str, db: Connection) -> None:
    insert = _insert(table)
    with acting(db, API_OWNER):
        _keyed(db, "a")
        assert refusal(db, insert) == _TAKEN
        execute(db, "set local request.headers = '{}'")
        assert refusal(db, insert) is None, "without a key nothing is claimed"
        execute(db, "set local request.headers = ''")
        assert refusal(db, insert) is None, "after another transaction the setting is empty"
    with acting(db, API_STRANGER):
        _keyed(db, "a")
        others = _insert(table, **REPOINTS[table])
        assert refusal(db, others) is None, "another's key is no key"
    for age, outcome in (("23 hours 59 minutes", _TAKEN), ("24 hours 1 minute", None)):
        with savepoint(db):
            execute(
                db,
                f"insert into public.{KEYS} (user_id, key, fingerprint, row_id) values "
                f"('{IDS['stranger']}', repeat('a', 64), repeat('a', 64), '{IDS['absent']}')",
            )
            old = f"update public.{KEYS} set created_at = now() - interval '{age}'"
            execute(db, old)
            # the function itself says whose keys it forgets
            execute(db, f"alter table public.{KEYS} disable row level security")
            execute(db, API_OWNER.become)
            _keyed(db, "a")
            assert refusal(db, insert) == outcome, age
            if outcome is None:
                execute(db, insert)
                execute(db, "reset role")
                left = f"select from public.{KEYS} where user_id = '{IDS['stranger']}'"
                assert len(execute(db, left)) == 1, "the stranger's stays"


def _is_not_forgotten_by_another_clock(table: str, db: Connection) -> None:
    with savepoint(db):
        execute(db, named(HIJACK))
        with acting(db, API_OWNER):
            _keyed(db, "a")
            assert refusal(db, _insert(table)) == _TAKEN


def _answer_goes_with_its_row(table: str, db: Connection) -> None:
    """Whoever deletes the row, and also where the answer is still to come.

    A project may let the browser delete it, whose role cannot change an answer.
    """
    may_delete = [API_OWNER] if (table, "delete", None, API_OWNER.role) in GRANTS else []
    with savepoint(db):
        execute(
            db,
            f"grant select (id), delete on public.{table} to authenticated;"
            f"create policy added on public.{table} for delete to authenticated using (true)",
        )
        for actor, is_kept in product((None, OWNER, *may_delete), (True, False)):
            with savepoint(db):
                _goes_with_its_row(table, db, actor, is_kept=is_kept)


def _goes_with_its_row(table: str, db: Connection, actor: Actor | None, *, is_kept: bool) -> None:
    answers = f"select answer from public.{KEYS} where key = repeat('b', 64)"
    keep = f"update public.{KEYS} set answer = '{{\"kept\": 1}}' where key = repeat('b', 64)"
    execute(
        db,
        f"insert into public.{KEYS} (user_id, key, fingerprint, row_id, answer) values "
        f"('{IDS['stranger']}', repeat('d', 64), repeat('d', 64), '{IDS['absent']}', '[1]')",
    )
    execute(db, API_OWNER.become)
    _keyed(db, "b")
    execute(db, _insert(table))
    if is_kept:
        execute(db, f"{keep} returning id")
        assert execute(db, answers) == [({"kept": 1},)]
    execute(db, "reset role")
    [(created,)] = execute(db, f"select row_id from public.{KEYS} where key = repeat('b', 64)")
    if actor:
        execute(db, actor.become)
    assert found(db, f"delete from public.{table} where id = '{created}'")
    execute(db, "reset role")
    assert execute(db, answers) == [({},)], actor
    # one that was still to come is kept out
    execute(db, API_OWNER.become)
    assert len(execute(db, f"{keep} returning id")) == 1
    assert execute(db, answers) == [({},)]
    execute(db, "reset role")
    others = f"select answer from public.{KEYS} where key = repeat('d', 64)"
    assert execute(db, others) == [([1],)], "another row's stays"


CHECKS = [
    Check(
        f"a key{run.__name__.replace('_', ' ')}: {table}",
        frozenset({table, KEYS, "session_api.claim_idempotency_key"}),
        partial(run, table),
    )
    for table in _CREATED
    for run in (_creates_once, _is_its_users_and_for_a_day, _is_not_forgotten_by_another_clock)
] + [
    Check(
        f"a key's answer goes with its row: {table}",
        frozenset({table, KEYS, "session_api.erase_answers"}),
        partial(_answer_goes_with_its_row, table),
    )
    for table in _CREATED
]
