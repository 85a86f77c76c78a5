"""Names, which the browser writes itself, and the API's cleaning agree on what shows nothing."""

import sys
import unicodedata

import pytest

from api.schemas.text import Line
from tests.actors import Sql

pytestmark = pytest.mark.all_kinds

_CHECK = """
select pg_get_expr(conbin, conrelid) from pg_catalog.pg_constraint
where conname = 'user_profiles_first_name_plain'
"""


def _points() -> list[int]:
    """Every character but those that this Python does not know yet, private ones and half pairs."""
    return [
        point
        for point in range(1, sys.maxunicode + 1)
        if unicodedata.category(chr(point)) not in {"Cn", "Co", "Cs"}
    ]


def _shows(point: int) -> bool:
    try:
        return bool(Line(max_length=1).clean(chr(point)))
    except ValueError:
        return False


def test_every_character(sql: Sql) -> None:
    row = sql.execute(_CHECK).fetchone()
    assert row is not None
    points = _points()
    names = "select code, 'a' || chr(code) || 'a' as first_name from unnest(%s::int[]) as code"
    query = f"select code from ({names}) as names where not {row[0]}"
    refused = {code for (code,) in sql.execute(query.encode(), [points])}
    unseen = {point for point in points if not _shows(point)}
    assert refused == unseen - {ord(" ")} | set(map(ord, "<>&"))
