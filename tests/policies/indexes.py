"""Checks: the newest rows of an owner are read from an index, in its order."""

from functools import partial

from psycopg import Connection

from tests.kinds import OWNED
from tests.policies.cells import KEYS
from tests.policies.check import Check
from tests.policies.step import execute, savepoint
from tests.policies.world import IDS


def _newest(table: str, owner: str, db: Connection) -> None:
    with savepoint(db):
        # few rows: the planner takes the index where it has no other way
        for other in ("seqscan", "bitmapscan", "sort"):
            execute(db, f"set local enable_{other} = off")
        plan = execute(
            db,
            f"explain select * from public.{table} where {owner} = '{IDS['owner']}' "
            "order by created_at desc, id desc limit 20",
        )
    shown = "\n".join(line for (line,) in plan)
    assert f"{table}_newest_idx" in shown, shown
    assert "Sort" not in shown, shown


def _forgotten(db: Connection) -> None:
    """A user's old keys are found without reading their new ones."""
    with savepoint(db):
        execute(db, "set local enable_seqscan = off")
        # in a small table the planner takes either index that begins with the user
        execute(
            db,
            f"alter table public.{KEYS} drop constraint {KEYS}_once",
        )
        plan = execute(
            db,
            f"explain delete from public.{KEYS} where user_id = '{IDS['owner']}' "
            "and created_at < now() - interval '1 day'",
        )
    shown = "\n".join(line for (line,) in plan)
    assert f"{KEYS}_user_id_created_at_idx" in shown, shown


def _erased(db: Connection) -> None:
    """The answers that name a deleted row are found without reading the others."""
    with savepoint(db):
        execute(db, "set local enable_seqscan = off")
        plan = execute(
            db, f"explain update public.{KEYS} set answer = '{{}}' where row_id = '{IDS['owner']}'"
        )
    shown = "\n".join(line for (line,) in plan)
    assert f"{KEYS}_row_id_idx" in shown, shown


CHECKS = [
    Check(f"{KEYS}_row_id_idx", frozenset({KEYS}), _erased),
    Check(
        f"{KEYS}_user_id_created_at_idx",
        frozenset({KEYS}),
        _forgotten,
    ),
    *(
        Check(name, frozenset({kind.table, name}), partial(_newest, kind.table, kind.owner))
        for kind in OWNED
        for name in [f"{kind.table}_newest_idx"]
    ),
]
