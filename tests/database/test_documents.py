"""JSON that Postgres stores and a JSON reader refuses: the part is null, the rest is read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.database.documents import DEEPEST, MOST_DIGITS, read

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
TOO_MUCH = "1" * (MOST_DIGITS + 1), "[" * 900 + "]" * 900, '{"a":' * 5000 + "1" + "}" * 5000


def depth(value: Any) -> int:
    levels = 0
    while isinstance(value, list) and value:
        levels, value = levels + 1, value[0]
    return levels


@given(value=VALUES, is_ascii=st.booleans())
def test_anything_else_is_read_as_it_is(value: Any, is_ascii: bool) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii)
    for large in TOO_MUCH[:2]:
        row = f'[{{"before":{text},"plan":[1,{large},"["],"after":{text}}}]'
        kept = read(row.encode("utf-8", "surrogatepass") if is_ascii else row)
        assert kept[0]["before"] == kept[0]["after"] == value
        assert kept[0]["plan"][0] == 1
        assert kept[0]["plan"][2] == "["


@pytest.mark.parametrize("large", TOO_MUCH, ids=["digits", "lists", "objects"])
def test_is_bounded(large: str) -> None:
    (row,) = read(f'[{{"id": 1, "plan": {large}}}]')
    assert row["id"] == 1
    assert json.dumps(row).count("[") + json.dumps(row).count("{") <= DEEPEST
    assert row["plan"] is None or depth(row["plan"]) == DEEPEST - 2 or "a" in row["plan"]


def test_the_longest_number_is_read() -> None:
    assert read(f"[{'9' * MOST_DIGITS}]") == [int("9" * MOST_DIGITS)]
    assert read(f"[-1.{'9' * 9000}e400, {'9' * 9000}]") == [None, None]


def test_half_a_character() -> None:
    assert read(r'["\ud800", "\udc00x", "\\ud800", "\ud83d\ude00", "\ud800\ud800"]') == [
        "\ufffd",
        "\ufffdx",
        "\\ud800",
        "😀",
        "\ufffd\ufffd",
    ]


@pytest.mark.parametrize("text", ["", "{", "<html>", "[1,]", "[" * 900, "]" * 900, b"\xff", '"'])
def test_what_is_not_json(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the reader says
        read(text)
