"""What the database holds of some users, in words that are the same for any other users."""

import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tests.actors import Sql

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)")
HASH = re.compile(r"[0-9a-f]{64}")

FOREIGN_KEYS = """
select key.conrelid::regclass::text, key.confrelid::regclass::text, own.attname
from pg_constraint as key
join pg_attribute as own on own.attrelid = key.conrelid and own.attnum = key.conkey[1]
where key.contype = 'f' and cardinality(key.conkey) = 1
  and key.connamespace = 'public'::regnamespace
order by 1, 2, 3
"""
PEOPLE = ("auth.users", "user_profiles")
LEFT_OUT = {"session_api_idempotency_keys": ["answer"]}
"""The answer is kept after the row, and its loss costs nothing: the next request makes it again."""


class Stored:
    """Reads the rows that belong to users, of every table that a foreign key ties to them."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql
        keys = [(str(it), str(other), str(own)) for it, other, own in sql.execute(FOREIGN_KEYS)]
        theirs: dict[str, list[str]] = {}
        for table, other, column in keys:
            if other in PEOPLE:
                theirs.setdefault(table, []).append(f"it.{column} = any(%(users)s)")
        for table, other, column in keys:
            if table not in theirs and other in theirs:
                of_them = " or ".join(theirs[other])
                theirs[table] = [
                    f"it.{column} in (select it.id from public.{other} as it where {of_them})"
                ]
        self.tables = tuple(theirs)
        self._query = " union all ".join(
            f"select '{table}', to_jsonb(it) from public.{table} as it where {' or '.join(it)}"
            for table, it in theirs.items()
        ).encode()

    def of(self, names: Mapping[UUID, str]) -> list[str]:
        """Return the rows of the users among these ids, each as text, with names for the ids."""
        found = self._sql.execute(self._query, {"users": list(names)})
        return sorted(f"{table} {self._row(table, row, names)}" for table, row in found)

    def _row(self, table: str, row: dict[str, Any], names: Mapping[UUID, str]) -> str:
        kept = {name: value for name, value in row.items() if name not in LEFT_OUT.get(table, ())}
        return same(json.dumps(kept, sort_keys=True), names)


def same(text: str, names: Mapping[UUID, str]) -> str:
    """Put names for ids, times and hashes."""
    text = ID.sub(lambda found: names.get(UUID(found[0]), "<new>"), text)
    return HASH.sub("<hash>", TIME.sub("<time>", text))
