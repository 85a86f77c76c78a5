"""Cleaning a text costs a bounded number of steps per character."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import bleach
import pytest

from api.schemas import text as text_module
from api.schemas.text import plain_text
from tests.schemas.markup import MARKUP


def steps(value: str) -> int:
    """How many functions are called, in Python and in C, to clean a text."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        plain_text(value)
    finally:
        sys.setprofile(None)
    return count


HOSTILE: dict[str, Callable[[int], str]] = {
    "less-than": lambda n: "<" * n,
    "open": lambda n: "<a" * (n // 2),
    "open, space": lambda n: "<a " * (n // 3),
    "close": lambda n: "</a" * (n // 3),
    "tags": lambda n: "<b>" * (n // 3),
    "nested": lambda n: "<" * (n // 3) + "b>" * (n // 3),
    "nested tags": lambda n: "<<b>b>" * (n // 6),
    "comments": lambda n: "<!--" * (n // 4),
    "attributes": lambda n: "<a " + "b=c " * (n // 4) + ">",
    "different attributes": lambda n: "<a " + " ".join(map(str, range(n // 5))) + ">",
    "attribute": lambda n: "<a b='" + "c" * n,
    "name": lambda n: "<" + "a" * n + ">",
    "ampersands": lambda n: "&" * n,
    "ampersands in a tag": lambda n: "<b>" + "&" * n + "</b>",
    "less-than in a tag": lambda n: "<b>" + "< " * (n // 2) + "</b>",
    "amp;": lambda n: "&" + "amp;" * (n // 4) + "lt;b>",
    "amp": lambda n: "&" + "amp" * (n // 3) + "lt;b>",
    "#38;": lambda n: "&" + "#38;" * (n // 4) + "lt;b>",
    "lt;": lambda n: "&lt;" * (n // 4),
    "lt;b>": lambda n: "&lt;b>" * (n // 6),
    "lt": lambda n: "&ltb" * (n // 4),
    "digits": lambda n: "&#" + "9" * n + ";",
    "zeros": lambda n: "&#" + "0" * n + "60;b>",
    "digits of digits": lambda n: "&#" * (n // 4) + "49;" + "9;" * (n // 4),
    "white space": lambda n: "<" + " \n" * (n // 2),
}


class TestCost:
    """Counted, not timed: the work is proportional to the text's length, whatever it contains."""

    @pytest.mark.parametrize("kind", HOSTILE)
    def test_grows_with_the_length(self, kind: str) -> None:
        short, long = (steps(HOSTILE[kind](length)) for length in (6_000, 24_000))
        assert long < 6 * short + 1_000

    @pytest.mark.parametrize("kind", HOSTILE)
    def test_is_bounded(self, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
        given_to_bleach = []

        def clean(value: str, **options: Any) -> str:
            given_to_bleach.append(value)
            return bleach.clean(value, **options)

        monkeypatch.setattr(text_module, "bleach", type("Noted", (), {"clean": clean}))
        value = HOSTILE[kind](65_536)
        cleaned = plain_text(value)
        # html5lib takes seconds for a text that is full of "<" and "&", so it never gets one
        assert len(given_to_bleach) <= 4
        assert sum(tags.count("<") for tags in given_to_bleach) <= 4_000
        assert sum(map(len, given_to_bleach)) <= 32_768
        assert "&" not in "".join(given_to_bleach)
        assert not MARKUP.search(cleaned)
        assert plain_text(cleaned) == cleaned

    def test_ordinary_text_needs_no_parser(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(text_module, "bleach", None)
        assert plain_text("1 < 2 & 3 > 2, x<y\n" * 100)
