"""Checks: the newest rows of an owner are read from an index, in its order."""

from functools import partial

from psycopg import Connection

from tests.policies.check import Check
from tests.policies.step import execute, savepoint
from tests.policies.world import IDS

_NEWEST = {
    "study_sessions": "profile_id",
    "interview_sessions": "user_id",
    "chat_sessions": "user_id",
}


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


CHECKS = [
    Check(f"{table}_newest_idx", frozenset({table, f"{table}_newest_idx"}), partial(_newest, *row))
    for row in _NEWEST.items()
    for table in row[:1]
]
