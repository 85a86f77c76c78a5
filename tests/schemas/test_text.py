"""Plain text: no markup for any parser, a fixed point, and ordinary text as it was typed."""

import html
import re
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from types import FrameType
from typing import Any

import bleach
import html5lib
import hypothesis
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from api.schemas import text as text_module
from api.schemas.text import Description, Line, Notes, PlainText, Title, VenueName, plain_text

# how long an example takes is the machine's business
untimed = hypothesis.settings(
    deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)

# What decides is stated here anew, and not taken from the module.
MARKUP = re.compile(r"<[A-Za-z/!?]")
REFERENCE = re.compile(r"&(#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z0-9]+);")

# Pieces that attacks are made of, whole and in halves, plain and encoded.
PIECES = r"""
< > / ! ? & ; # x - = " ' ` [ ] script /script SCRIPT b /b p /p br a svg math style title textarea
xmp plaintext noscript template iframe img input select table foreignObject annotation-xml mglyph
!-- -- --> --!> !doctype ![CDATA[ ]]> ?xml ?php %3C \u003c onerror= onerror=alert(1) src=x href=
javascript: x <b> </b> <p> <b <script> </script> <!-- <?x <x-y z=1> &lt; &lt &LT; &ltb &gt; &gt
&amp; &amp &AMP &amp;lt; &amp;amp; amp; lt; gt; b> &#60; &#60 &#060; &#x3c; &#X3C &#x3c &#0; &#38;
&#38 38; &#115 &#115; cript> &#47; &sol; &excl; &quest; &bsol; &nbsp; &copy &copy; &notit; &Tab;
&NewLine; &#13; &#128; &#xd800; &#x110000; &#99999999999; &;
""".split()  # noqa: SIM905 - a hundred strings say no more
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
DROPPED = TURNING + "\ufffe\uffff" + "".join(map(chr, range(0xFDD0, 0xFDF0)))
CODE_POINTS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
NASTY = st.lists(
    st.one_of(
        st.sampled_from([*PIECES, " ", "\n", "\r\n", "\t", "\f", "\x01", "\x7f", "\u2028"]),
        st.text(CODE_POINTS, max_size=4),
    ),
    max_size=40,
).map("".join)

ORDINARY_PIECES = """
< > & <3 <- -> <= >= << >> <> && || &c=1 AT&T R&B &copy=2 &lt=5 ?a=1&b=2 &nope; x<2 (<_<) >:( 100%
#1 # ; &# &; e\u0301 שלום مرحبا こんにちは हिन्दी 😀 👩\u200d👩\u200d👧 🏳\ufe0f\u200d🌈 ﷺ
\u200b \u200f \ufb00 \u212a \u017f \uff1cb\uff1e
""".split()  # noqa: SIM905 - so do these
ORDINARY = st.lists(
    st.one_of(
        st.sampled_from([*ORDINARY_PIECES, " ", "\n", "\t", "\n\n"]),
        st.text(
            st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=DROPPED), max_size=8
        ),
        st.text("abc <>&;#/!?=-0123\n", max_size=12),
    ),
    max_size=30,
).map("".join)


def is_ordinary(value: str) -> bool:
    """Nothing that starts a tag, and no reference to decode: neither now nor for a tolerant one."""
    if any(html.unescape(found[0]) != found[0] for found in REFERENCE.finditer(value)):
        return False
    for _ in range(5):
        if MARKUP.search(value):
            return False
        value = html.unescape(value)
    return True


class Events(HTMLParser):
    """The standard library's parser, noting everything that is not text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.append(f"<{tag}")

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"</{tag}")

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl}")

    def unknown_decl(self, data: str) -> None:
        self.found.append(f"<![{data}")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"<?{data}")


def markup(value: str) -> list[str]:
    """Everything in a text that some parser takes for more than text."""
    events = Events()
    events.feed(value)
    events.close()
    found = events.found
    for container in ("div", "p", "td", "select", "svg", "math", "template", "pre"):
        fragment = html5lib.parseFragment(value, container, treebuilder="dom")
        found += [child.nodeName for child in fragment.childNodes if child.nodeName != "#text"]
    document = html5lib.parse(value, treebuilder="dom")
    elements = [node.nodeName for node in document.getElementsByTagName("*")]
    found += [name for name in elements if name not in ("html", "head", "body")]
    found += [node.nodeName for node in document.childNodes if node.nodeName != "html"]
    # and as it would be when somebody puts it, raw, between other markup
    inside = html5lib.parseFragment(f"<p>{value}</p>", treebuilder="dom").firstChild
    found += [child.nodeName for child in inside.childNodes if child.nodeName != "#text"]
    return found


def assert_plain(value: str) -> None:
    assert not MARKUP.search(value)
    assert markup(value) == []
    for _ in range(10):  # a reader who decodes finds nothing either
        value = html.unescape(value)
        assert not MARKUP.search(value)


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


class TestNoMarkup:
    @untimed
    @given(NASTY)
    def test_pieces_of_attacks(self, value: str) -> None:
        assert_plain(plain_text(value))

    @untimed
    @given(st.text(CODE_POINTS))
    def test_any_text(self, value: str) -> None:
        assert_plain(plain_text(value))

    @untimed
    @given(NASTY, st.integers(1, 6))
    def test_encoded_several_times(self, value: str, times: int) -> None:
        for _ in range(times):
            value = html.escape(value)
        assert_plain(plain_text(value))

    @pytest.mark.parametrize(
        "attack",
        [
            "<script>alert(1)</script>",
            "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
            "<script",
            "<script/x",
            "</script",
            "<img src=x onerror=alert(1)>",
            "<img src=x onerror=alert(1) ",
            "<img/src=x/onerror=alert(1)>",
            '<IMG """><SCRIPT>alert(\'x\')</SCRIPT>">',
            "<a href='javascript:alert(1)'>x</a>",
            "<a href=\"jav&#x09;ascript:alert('x');\">x</a>",
            "<b/onmouseover=alert(1)>x",
            "<xss onclick=alert(1)>x</xss>",
            "<x-y onclick=alert(1)>",
            "<<script>alert(1)//<</script>",
            "<scr<script>ipt>alert(1)</scr</script>ipt>",
            "<<b>script>alert(1)</script>",
            "<scr\x01ipt>alert(1)</scr\x01ipt>",
            "<\x01script>alert(1)</script>",
            "<\rscript>",
            "<!--><img src=x onerror=alert(1)>-->",
            "<!-- --!><img src=x onerror=alert(1)>",
            "<!-",
            "<!doctype html [<!ENTITY x '<script>'>]>",
            "<![CDATA[<script>alert(1)</script>]]>",
            "<?xml version='1.0'?><x/>",
            "<?php echo 1",
            "</",
            "</>",
            "</ b>",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "&ltscript&gtalert(1)&lt/script&gt",
            "&LTscript>",
            "&#60;script&#62;",
            "&#60script>",
            "&#0000060script>",
            "&#x3Cscript>",
            "&#X3cscript>",
            "&amp;lt;script&amp;gt;",
            "&amp;amp;amp;amp;lt;script>",
            "&ampltscript>",
            "&ampamplt;script>",
            "&#38;#60;script>",
            "&#38#60script>",
            "<&#115cript>",
            "<&#47script>",
            "<&sol;script>",
            "<&excl;--",
            "&lt;&#115;cript>",
            "&lt<b></b>script>",
            "&l<b></b>t;script>",
            "&&#108;t;script>",
            # mutation XSS: harmless when parsed once, alive when serialised and parsed again
            "<svg><style><img src=x onerror=alert(1)></style></svg>",
            '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
            '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 '
            'onerror=alert(1)&gt;">',
            "<math><annotation-xml encoding='text/html'><script>alert(1)</script>",
            "<svg><foreignObject><p><iframe src=javascript:alert(1)>",
            "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
            '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
            '<template><p title="</template><img src=x onerror=alert(1)>">',
            '<textarea><p title="</textarea><img src=x onerror=alert(1)>">',
            '<title><p title="</title><img src=x onerror=alert(1)>">',
            '<style><p title="</style><img src=x onerror=alert(1)>">',
            '<xmp><p title="</xmp><img src=x onerror=alert(1)>">',
            '<iframe><p title="</iframe><img src=x onerror=alert(1)>">',
            '<noembed><p title="</noembed><img src=x onerror=alert(1)>">',
            '<noframes><p title="</noframes><img src=x onerror=alert(1)>">',
            "<plaintext><img src=x onerror=alert(1)>",
            "<select><template><img src=x onerror=alert(1)></template></select>",
            "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
            "<table><tr><td><script>alert(1)</script>",
            "<body onload=alert(1)>",
            "<html><head><base href=//evil.example>",
            "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
            "<isindex type=image src=x onerror=alert(1)>",
            "<a title='>' onmouseover=alert(1)>x</a>",
            "<a title='<b>' onmouseover=alert(1)>x</a>",
        ],
    )
    def test_attack(self, attack: str) -> None:
        clean = plain_text(attack)
        assert_plain(clean)
        assert plain_text(clean) == clean

    def test_is_noticed_by_these_tests(self) -> None:
        for alive in ("<b>x", "x</b>", "<!--x-->", "<!doctype html>", "<?x>", "<script "):
            assert markup(alive) or MARKUP.search(alive)


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
    """Counted, not timed: the work grows with the length of the text, whatever is in it."""

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


class Venue(BaseModel):
    name: VenueName
    title: Title | None = None
    description: Description | None = None
    notes: Notes | None = None


class TestFields:
    def error(self, **values: Any) -> dict[str, Any]:
        with pytest.raises(ValidationError) as refused:
            Venue(**{"name": "x", **values})
        (error,) = refused.value.errors()
        return dict(error)

    @pytest.mark.parametrize(("field", "limit"), [("name", 200), ("notes", 2_000)])
    def test_length_counts_characters_after_cleaning(self, field: str, limit: int) -> None:
        venue = Venue(**{"name": "x", field: "<b>" + "😀" * (limit - 5) + "&amp;" * 5 + "</b>"})
        assert len(getattr(venue, field)) == limit
        error = self.error(**{field: "😀" * (limit + 1)})
        assert error["loc"] == (field,)
        assert error["type"] == "string_too_long"
        assert str(limit) in error["msg"]

    def test_notes_may_be_empty(self) -> None:
        assert Venue(name="x", notes="").notes == ""
        assert Venue(name="x", notes="<p></p>").notes == ""

    def test_notes_keep_their_lines(self) -> None:
        assert Venue(name="x", notes=" a\r\n\tb ").notes == " a\n\tb "

    def test_a_name_is_one_line(self) -> None:
        assert Venue(name="  Café\r\nCentral\t<b>Wien</b> \n").name == "Café Central Wien"

    def test_white_space_around_a_name_does_not_count(self) -> None:
        assert Venue(name="<p> " + "x" * 200 + " \n</p>").name == "x" * 200

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "   ",
            "\n\t",
            "<b></b>",
            "\u200b\u2060\ufeff",
            "\u3164",
            "&nbsp;",
            "\u2800",
            "\ufe0f",
        ],
    )
    def test_a_name_says_something(self, name: str) -> None:
        assert self.error(name=name)["loc"] == ("name",)

    @pytest.mark.parametrize("name", ["x", "?", "😀", "é", "א", "\ue000"])
    def test_a_short_name(self, name: str) -> None:
        assert Venue(name=name).name == name

    @pytest.mark.parametrize("value", ["a\x00b", "\ud800"])
    def test_unstorable(self, value: str) -> None:
        assert self.error(notes=value)["loc"] == ("notes",)

    @pytest.mark.parametrize("value", [1, True, ["x"], {"a": "b"}])
    def test_text_only(self, value: object) -> None:
        assert self.error(notes=value)["type"] == "string_type"

    def test_a_huge_text_is_not_cleaned_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(text_module, "plain_text", None)
        assert self.error(name="x" * 65_537)["type"] == "string_too_long"

    def test_documented(self) -> None:
        schema = Venue.model_json_schema()["properties"]
        assert schema["name"]["maxLength"] == 200
        assert schema["name"]["minLength"] == 1
        notes = schema["notes"]["anyOf"][0]
        assert notes["maxLength"] == 2_000

    @untimed
    @given(NASTY)
    @example("?")
    @example("\n\t")
    @example("\x01")
    def test_a_pattern_refuses_nothing_that_is_accepted(self, text: str) -> None:
        pattern = Venue.model_json_schema()["properties"]["name"]["pattern"]
        try:
            Venue(name=text[:200])
        except ValidationError:
            return
        assert re.search(pattern, text[:200])

    def test_any_limit(self) -> None:
        assert PlainText(max_length=3).clean("a&amp;b") == "a&b"
        with pytest.raises(ValueError, match="3"):
            PlainText(max_length=3).clean("abcd")
