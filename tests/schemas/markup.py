"""Texts that attacks are made of, ordinary texts, and what an HTML parser finds in one."""

import html
import re
from html.parser import HTMLParser

import html5lib
import hypothesis
from hypothesis import strategies as st

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
    """Everything in a text that any of the parsers takes for markup."""
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
