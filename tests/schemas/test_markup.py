"""No text that is stored contains markup, however it was written."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.schemas.text import plain_text
from tests.schemas.markup import CODE_POINTS, MARKUP, NASTY, assert_plain, markup, untimed


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
