"""The rows that the queries read: of rows.sql, and for every other table 200,000 per million."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.policies.cells import COLUMNS, KEYS, VIEWS
from tests.policies.rows import INSERTS, TARGETS

_BY_HAND = Path(__file__).with_name("rows.sql").read_text()
_NAME = re.compile(r"'?\{(\w+)\}'?")
_ROWS = 200_000
_USERS = 4_000


def _value(text: str) -> str:
    """Write a value of the row with number `n`: ids are of rows of that number."""
    name = _NAME.fullmatch(text)
    if name is None:
        return text
    if name[1] == "owner":
        return f"pg_temp.id('user', 1 + n % pg_temp.times({_USERS}))"
    return f"pg_temp.id('{name[1]}', n)"


def _insert(table: str) -> str:
    values = {"id": TARGETS[table], **INSERTS[table]}
    if "created_at" in COLUMNS[table]:
        values["created_at"] = "timestamptz '2026-01-01' + n * interval '1 minute'"
    columns = ", ".join(f'"{column}"' for column in values)
    row = ", ".join(map(_value, values.values()))
    return (
        f"insert into public.{table} ({columns})\n"
        f"select {row} from generate_series(0, pg_temp.times({_ROWS}) - 1) as n;\n"
    )


def _statements() -> Iterator[str]:
    yield _BY_HAND
    for table in COLUMNS:
        if table not in {*VIEWS, KEYS} and f"insert into public.{table}" not in _BY_HAND:
            yield _insert(table)
    yield "set session_replication_role = origin;\n"


ROWS = "\n".join(_statements())
