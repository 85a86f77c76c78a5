"""The name constraint and the API's cleaning agree on which characters are invisible."""

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
_MARKUP = set(map(ord, "<>&"))
_FORMULAS = set(map(ord, "=+-@"))
# they belong to spellings: allowed in a name, after the right letter
_SPELT = {0x200C, 0x200D, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}


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


def _is_mark(point: int) -> bool:
    return unicodedata.category(chr(point)) in {"Mn", "Me"}


def _refused(sql: Sql, name: str) -> set[int]:
    """Return the characters that make a name of this form invalid."""
    row = sql.execute(_CHECK).fetchone()
    assert row is not None
    names = f"select code, {name} as first_name from unnest(%s::int[]) as code"
    query = f"select code from ({names}) as names where not {row[0]}"
    return {code for (code,) in sql.execute(query.encode(), [_points()])}


def test_every_character_alone(sql: Sql) -> None:
    unseen = {point for point in _points() if not _shows(point)}
    assert _refused(sql, "chr(code)") == unseen | _MARKUP | _FORMULAS


def test_every_character_between_letters(sql: Sql) -> None:
    """A combining mark is visible there, on the letter before it."""
    refused = _refused(sql, "'a' || chr(code) || 'a'")
    marks = {point for point in _points() if _is_mark(point)}
    unseen = {point for point in _points() if not _shows(point)} - {ord(" ")}
    assert refused - marks == unseen - marks | _MARKUP
    assert marks & refused == {point for point in marks & unseen if _is_ignorable(point)}


def _is_ignorable(point: int) -> bool:
    """Return whether a mark is invisible after a letter too."""
    return point in _SPELT or point in {0x34F, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F}
