"""The test clock: makes the stack's sessions older, to avoid waiting for a scheduled time."""

from datetime import timedelta

import psycopg
from psycopg.sql import SQL, Identifier

from local.errors import LocalError

_COLUMNS = """
select n.nspname, c.relname, array_agg(a.attname::text order by a.attnum)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid
where n.nspname in ('public', 'session_api') and c.relkind in ('r', 'p') and not c.relispartition
and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
and a.atttypid = 'timestamptz'::regtype
group by n.nspname, c.relname
order by n.nspname, c.relname
"""


def advance(superuser_url: str, by: timedelta) -> int:
    """Move every time in the project's tables back, as if `by` had passed. Return how many rows.

    All of it or nothing; the distances between times stay, and so does what constraints say of
    them. Accounts and their sessions stay as they are.

    Args:
        superuser_url: the stack's database, for its superuser.
        by: how much time passes.

    Raises:
        LocalError: rows are locked, or a constraint of the project does not allow it.

    """
    try:
        with psycopg.connect(superuser_url, connect_timeout=5) as db:
            # no trigger sets `updated_at` to now
            db.execute("set local session_replication_role = replica")
            db.execute("set local lock_timeout = '5s'")
            rows = 0
            for schema, table, columns in db.execute(_COLUMNS).fetchall():
                changes = SQL(", ").join(
                    SQL("{0} = {0} - %(by)s").format(Identifier(column)) for column in columns
                )
                statement = SQL("update {} set {}").format(Identifier(schema, table), changes)
                rows += db.execute(statement, {"by": by}).rowcount
            return rows
    except psycopg.Error as error:
        raise LocalError(f"The times could not be moved: {str(error).strip()}") from None
