"""What the project has added to our tables and the API cannot write with."""

import re
from collections.abc import Iterator
from typing import Final

from psycopg import Connection

from api.doctor.declared import declared
from api.kinds import KindName

_COLUMNS = """
select attrelid::regclass::text, attname::text
from pg_catalog.pg_attribute
join pg_catalog.pg_class on pg_class.oid = attrelid
where relnamespace = to_regnamespace('public') and relkind in ('r', 'p') and attnum > 0
  and attnotnull and not atthasdef and attidentity = '' and not attisdropped
order by 1, attnum
"""
_SEQUENCES = """
select adrelid::regclass::text, attname::text, refobjid::regclass::text
from pg_catalog.pg_attrdef
join pg_catalog.pg_attribute on attrelid = adrelid and attnum = adnum
join pg_catalog.pg_depend
  on classid = 'pg_catalog.pg_attrdef'::regclass and objid = pg_attrdef.oid
  and refclassid = 'pg_catalog.pg_class'::regclass
join pg_catalog.pg_class on pg_class.oid = refobjid and relkind = 'S'
where case when relkind = 'S' then not has_sequence_privilege('session_api', refobjid, 'usage') end
  and has_any_column_privilege('session_api', adrelid, 'insert')
order by 1, 2
"""
_TRIGGERS = """
select tgrelid::regclass::text, tgname::text, tgfoid::regprocedure::text, prosrc
from pg_catalog.pg_trigger
join pg_catalog.pg_proc on pg_proc.oid = tgfoid
where not tgisinternal and tgenabled not in ('D', 'R') and not prosecdef
  and has_any_column_privilege('session_api', tgrelid, 'insert, update')
order by 1, 2
"""

USES_OTHERS: Final = re.compile(
    r"\bauth\.|\b(?:(?<!distinct )from|insert\s+into|update|delete\s+from)\s+[\w\"]", re.IGNORECASE
)
"""Found in a trigger function's source if it names another relation, or Supabase's schema auth.
`distinct from` and the word 'UPDATE' of tg_op name none."""


def notes(connection: Connection, kinds: tuple[KindName, ...]) -> Iterator[str]:
    """Report columns and triggers that keep the API from writing rows, or may.

    Args:
        connection: its search path is empty.
        kinds: those whose tables are examined.

    """
    needed = declared(kinds).definitions
    for table, column in connection.execute(_COLUMNS).fetchall():
        if f"relation {table}" in needed and f"column {table}.{column}" not in needed:
            yield (
                f"{table}.{column} is not null and has no default, so the API cannot create rows "
                f"there: alter table {table} alter column {column} set default …;"
            )
    if connection.execute("select to_regrole('session_api')").fetchone() == (None,):
        return  # reported with the roles
    for table, column, sequence in connection.execute(_SEQUENCES).fetchall():
        if f"relation {table}" in needed:
            yield (
                f"{table}.{column} takes numbers from {sequence}, which the API may not use, so it "
                f"cannot create rows there: grant usage on sequence {sequence} to session_api;"
            )
    for table, trigger, function, source in connection.execute(_TRIGGERS).fetchall():
        is_own = f"relation {table}" in needed and f"trigger {trigger} on {table}" not in needed
        if is_own and USES_OTHERS.search(source) is not None:
            yield (
                f"trigger {trigger} on {table} has the API's privileges when the API writes, which "
                "cover neither the schema auth nor the project's other tables; if it needs them: "
                f"alter function {function} security definer;"
            )
