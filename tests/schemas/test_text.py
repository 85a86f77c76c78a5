"""Plain text: no markup for any parser, a fixed point, and ordinary text as it was typed."""

import pytest
from hypothesis import example, given
from pydantic import TypeAdapter, ValidationError

from api.schemas.text import Line, VenueName, plain_text
from tests.schemas.markup import (
    DROPPED,
    NASTY,
    ORDINARY,
    TURNING,
    assert_plain,
    is_ordinary,
    untimed,
)


class TestFixedPoint:
    @untimed
    @given(NASTY)
    @example("&" * 6 + "#38;amp;lt;b>")
    @example("&#&#&#&#&#49;9;9;9;9;")
    @example("<" * 9 + "b>" * 9)
    @example("&lt<b></b>script>")
    def test_again_changes_nothing(self, value: str) -> None:
        once = plain_text(value)
        assert plain_text(once) == once

    @untimed
    @given(NASTY)
    def test_as_a_line(self, value: str) -> None:
        line = Line(max_length=10_000)
        try:
            once = line.clean(value)
        except ValueError:  # nothing to see in it
            return
        assert line.clean(once) == once
        assert_plain(once)
        assert once == once.strip()
        assert not set(once) & set("\n\t")


class TestDropped:
    @pytest.mark.parametrize("character", DROPPED)
    def test_what_shows_what_is_not_said(self, character: str) -> None:
        assert plain_text(f"invoice{character}gpj.exe") == "invoicegpj.exe"

    @pytest.mark.parametrize(
        "line", ["\u0301" * 100, "\U0001d159", "\u20dd", TURNING], ids=range(4)
    )
    def test_a_line_of_it_is_blank(self, line: str) -> None:
        with pytest.raises(ValidationError):
            TypeAdapter(VenueName).validate_python(line)


class TestNumbers:
    """Numeric character references with any number of zeros and digits."""

    @pytest.mark.parametrize("start", ["&#x", "&#X", "&#x" + "0" * 20, "&#X" + "0" * 5_000])
    def test_hexadecimal(self, start: str) -> None:
        assert plain_text(f"{start}41;{start}3c;b{start}3E;") == "A"

    @pytest.mark.parametrize("zeros", [0, 20, 5_000])
    def test_decimal(self, zeros: int) -> None:
        start = "&#" + "0" * zeros
        assert plain_text(f"{start}65;{start}60;b{start}62;") == "A"

    def test_more_digits_than_python_reads(self) -> None:
        number = "&#" + "9" * 5_000
        assert plain_text(number) == number
        assert plain_text(number + ";") == "\ufffd"


class TestOrdinary:
    @untimed
    @given(ORDINARY.filter(is_ordinary))
    def test_comes_back_as_typed(self, value: str) -> None:
        assert plain_text(value) == value

    @pytest.mark.parametrize(
        "value",
        [
            "",
            " ",
            "a < b",
            "a < b and c > d",
            "x <- y",
            "a <= b >= c <> d << e",
            "<3 & >_<, <_<",
            "5<6, 7>6",
            "Tom & Jerry",
            "AT&T, R&B, Q&A; &c=1",
            "https://example.com/?a=1&copy=2&lang=en&lt=5&reg=eu&amp=3",
            "&nope; &; &#; &#x; &",
            "line one\nline two\n\n\tindented\n",
            "  white space around  ",
            "cafe\u0301 naïve ﬁ",
            "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇺🇦",
            "שלום, مرحبا \u200f(RTL)",
            "if (i < n && p > q) { x->y = 1; }",
            "%3Cscript%3E \\u003cscript\\u003e \uff05 \uff1cscript\uff1e",
        ],
    )
    def test_example(self, value: str) -> None:
        assert is_ordinary(value)
        assert plain_text(value) == value

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            # what begins like a tag and is something to read gets a space, and loses nothing
            ("a<b and c>d", "a< b and c>d"),
            ("i<p && q>0", "i< p && q>0"),
            ("x<y", "x< y"),
            ("List<String>", "List< String>"),
            ("Jo <jo@example.com>", "Jo < jo@example.com>"),
            ("<https://example.com/?a=1>", "< https://example.com/?a=1>"),
            ("</3", "< /3"),
            ("</rant>", "< /rant>"),
            ("wow <!", "wow < !"),
            # tags go, their text stays
            ("<b>bold</b> and <i class='x'>italic</i>", "bold and italic"),
            ("<script>alert(1)</script>", "alert(1)"),
            ("<p>one</p><p>two</p>", "one\ntwo"),
            ("one<br>two<BR/>three", "one\ntwo\nthree"),
            ("a<!-- b -->c<!doctype html>d<?xml x?>e", "acde"),
            # references are decoded, as often as they were encoded
            ("Tom &amp; Jerry", "Tom & Jerry"),
            ("Tom &amp;amp;amp; Jerry", "Tom & Jerry"),
            (f"1 &{'amp;' * 50}lt; 2", "1 < 2"),
            ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
            ("&eacute;&#233;&#xE9; &hearts; &NotEqualTilde;", "ééé ♥ ≂̸"),
            ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
            ("&#0;&#xD800;&#1114112;&#99999999999999999999;", "\ufffd" * 4),
            # one kind of line end, no control characters
            ("a\r\nb\rc\fd\ve\x85f", "a\nb\nc\nd\ne\nf"),
            ("a\x01\x08\x1b[31m\x7f\x9fb", "a[31mb"),
            ("a&#13;&#10;b&#7;c", "a\nbc"),
        ],
    )
    def test_otherwise(self, value: str, expected: str) -> None:
        assert plain_text(value) == expected

    @pytest.mark.parametrize("value", ["\x00", "a\x00b", "\ud800", "😀\udc00"])
    def test_unstorable(self, value: str) -> None:
        with pytest.raises(ValueError, match="NUL"):
            plain_text(value)
