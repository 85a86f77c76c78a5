"""What a statement costs, measured in the database."""

from psycopg import Connection

from tests.policies.actors import Actor
from tests.policies.scale.queries import scaled
from tests.policies.step import execute, savepoint

# The planner's answer is taken inside a function: users may not ask for it themselves.
EXPLAIN = """
create or replace function pg_temp.explained(statement text) returns json
language plpgsql as $$
declare
  plan json;
begin
  execute 'explain (analyze, buffers, format json) ' || statement into plan;
  return plan;
end
$$
"""

_SCANS = """
select scanned.relname, seq_scan from pg_catalog.pg_stat_xact_user_tables as scanned
join pg_catalog.pg_class on pg_class.oid = relid
where schemaname = 'public' and reltuples >= 50000 and seq_scan > 0
"""


def buffers(db: Connection, statement: str, actor: Actor | None) -> int:
    """Count the pages that the statement reads, functions and all; `None`: by hand."""
    with savepoint(db):
        if actor is not None:
            execute(db, actor.become)
        for _ in range(2):  # the first fills caches and plans the functions' statements
            row = db.execute("select pg_temp.explained(%s)", [scaled(statement)]).fetchone()
    assert row is not None
    plan = row[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def sequential_scans(db: Connection, statement: str, actor: Actor) -> dict[str, int]:
    """Count the scans of whole large tables, those in functions included."""
    with savepoint(db):
        before: dict[str, int] = dict(execute(db, _SCANS))
        execute(db, actor.become)
        execute(db, scaled(statement))
        execute(db, "reset role")
        after: dict[str, int] = dict(execute(db, _SCANS))
    more = {table: count - before.get(table, 0) for table, count in after.items()}
    return {table: count for table, count in more.items() if count > 0}
