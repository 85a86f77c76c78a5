"""Plain text: user input without markup, even if it is later parsed as HTML.

The only module that uses bleach. The result never has a `<` before a letter, `/`, `!` or `?`, so no
HTML parser starts an element, a comment, a doctype or an instruction. Decoding its character
references, however often, does not produce one either.
"""

import html
import re
import unicodedata
from dataclasses import dataclass
from html.entities import html5
from itertools import chain
from typing import Annotated, Any, Final

import bleach
from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

# A text that still changes after these rounds, or has more tags at once, was made to cost time: it
# is not stripped further, but gets a space in each tag and reference.
_MAX_ROUNDS = 4
_MAX_TAGS = 1_000
_MAX_UNCLEANED = 65_536

# What a schema can say about a text in portable regular expressions. It does not exclude NUL,
# because generators write the escape as the character.
_SAYS_SOMETHING: Final = r"[^\s\x01-\x1f\x7f-\x9f]"

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LINE_END = re.compile("\r\n?|[\v\f\x85]")
# Dropped: control characters, those that turn the text around them (U+202A to U+202E, U+2066 to
# U+2069), with which a note could show what it does not say, and noncharacters below U+10000
_CONTROL = re.compile(
    "[\x01-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"
)
_MAYBE_TAG = re.compile(r"<(?=[A-Za-z/!?])([^<>]*)(>?)")
_TAG = re.compile(r"(<[A-Za-z/!?][^<>]*>)")
_TAG_NAME = re.compile(r"/?([a-z][a-z0-9]*)(?=[\s/]|$)")
_DECLARATION = re.compile(r"!--|!doctype|!\[cdata\[|\?[a-z]")
# "&amp;amp;lt;" in one match: encoding it a thousand times costs no more than once
_REFERENCE = re.compile(
    r"&(?:(?:amp|AMP|#0*38|#[xX]0*26);)*(#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]{1,31})(;?)"
)
_MARK = "\ue000"
# a combining mark shows on another character, so one alone says nothing
_UNSEEN = frozenset({"Cc", "Cf", "Mn", "Me", "Zl", "Zp", "Zs"})
# Shows nothing either: the rest of Unicode's Default_Ignorable_Code_Point, braille's empty cell,
# and the musical note without a head.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U0001d159\U000e0000-\U000e0fff]"
)

# Only these are stripped: "<john@example.com>", "List<String>" and "</rant>" are text.
_ELEMENTS = frozenset(
    """
    a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink
    blockquote body br button canvas caption center cite code col colgroup data datalist dd del
    details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form frame
    frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image img input ins isindex kbd
    keygen label legend li link listing main map mark marquee math menu menuitem meta meter multicol
    nav nextid nobr noembed noframes noscript object ol optgroup option output p param picture
    plaintext portal pre progress q rb rp rt rtc ruby s samp script search section select slot small
    source spacer span strike strong style sub summary sup svg table tbody td template textarea
    tfoot th thead time title tr track tt u ul var video wbr xml xmp
    """.split()  # noqa: SIM905 - two hundred strings say no more
)


def plain_text(value: str) -> str:
    """Clean a text: tags stripped, character references decoded, until nothing changes.

    Ordinary text is returned as typed. A `<` that is not a tag but could start one (`a<b`) gets a
    space after it. Line ends become line feeds. Other control characters except the tab are
    dropped: they come unnoticed with pasted text.

    Returns:
        The clean text; cleaning it again changes nothing.

    Raises:
        ValueError: it contains a NUL or an unpaired surrogate, which Postgres cannot store.

    """
    if _UNSTORABLE.search(value):
        raise ValueError("Contains a NUL character or an unpaired surrogate.")
    text = _one_kind_of_line_end(value)
    for _ in range(_MAX_ROUNDS):
        if "<" not in text and "&" not in text:
            return text
        before = text
        text = _stripped(_one_kind_of_line_end(_REFERENCE.sub(_character, text)))
        if text == before:
            revealed = _revealed(text)
            if revealed is None:
                return text
            text = revealed
    return _defused(text)


def shown(value: str) -> str:
    """Clean a stored text for an answer: rows from before the installation may have markup.

    What the API has stored is returned unchanged, almost always without a closer look.
    """
    if value.isprintable() and "<" not in value and "&" not in value:
        return value
    return plain_text(value) if len(value) <= _MAX_UNCLEANED else _defused(value)


@dataclass(frozen=True, slots=True)
class PlainText:
    """A multi-line text, for a schema: `Annotated[str, PlainText(max_length=2000)]`.

    The length is counted in characters after cleaning. A text that is too long or cannot be stored
    is a validation error of its field.
    """

    max_length: int

    def clean(self, value: str) -> str:
        """Clean a value and check its length."""
        if len(value) > max(_MAX_UNCLEANED, self.max_length):
            raise PydanticKnownError("string_too_long", {"max_length": self.max_length})
        text = self.shape(plain_text(value))
        if len(text) > self.max_length:
            raise PydanticKnownError("string_too_long", {"max_length": self.max_length})
        return text

    def shape(self, text: str) -> str:
        """Return the form that is stored: the clean text itself."""
        return text

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.clean, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "description": "Plain text. HTML elements are removed; the answer has the result.",
            **handler(schema),
            "maxLength": self.max_length,
        }


@dataclass(frozen=True, slots=True)
class Line(PlainText):
    """A non-empty single-line text: a title, a name.

    Line breaks and tabs become spaces, surrounding white space is removed, and a text without
    visible characters is a validation error.
    """

    def shape(self, text: str) -> str:
        """Turn a clean text into one line; raise if nothing in it is visible."""
        line = text.replace("\n", " ").replace("\t", " ").strip()
        if not any(map(_shows, line)):
            raise ValueError("This must not be blank.")
        return line

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        described = PlainText.__get_pydantic_json_schema__(self, schema, handler)
        return {**described, "minLength": 1, "pattern": _SAYS_SOMETHING}


Notes = Annotated[str, PlainText(max_length=2000)]
Description = Annotated[str, PlainText(max_length=2000)]
Title = Annotated[str, Line(max_length=200)]
VenueName = Annotated[str, Line(max_length=200)]
Shown = Annotated[str, AfterValidator(shown)]
"""A text in an answer, of any length and on any number of lines."""


def _one_kind_of_line_end(text: str) -> str:
    return _CONTROL.sub("", _LINE_END.sub("\n", text))


def _character(reference: re.Match[str]) -> str:
    """Decode a reference that ends in a semicolon; "?a=1&copy=2" is left as typed."""
    name, semicolon = reference.groups()
    if not semicolon:
        return f"&{name}"
    if name.startswith("#"):
        return html.unescape(_short(name))
    return html5.get(f"{name};", f"&{name};")


def _character_or_prefix(reference: re.Match[str]) -> str:
    """Decode as the most lenient parser does: "&ltscript" too."""
    name, semicolon = reference.groups()
    return html.unescape(_short(name) if name.startswith("#") else f"&{name}{semicolon}")


def _short(number: str) -> str:
    # int() refuses thousands of digits, and no character has more than seven
    prefix, digits = ("#x", number[2:]) if number[1] in "xX" else ("#", number[1:])
    return f"&{prefix}{digits.lstrip('0')[:8] or '0'};"


def _stripped(text: str) -> str:
    """Strip each tag, and put a space into text that only looks like the start of one."""
    text = _MAYBE_TAG.sub(_bare_tag_or_text, text)
    pieces = _TAG.split(text)
    if len(pieces) == 1:
        return text
    if len(pieces) // 2 > _MAX_TAGS:
        return _defused(text)
    # Only the tags go through bleach, with a mark in place of each text: html5lib takes seconds for
    # thousands of literal "<" and "&", and text outside tags needs no cleaning.
    texts, tags = pieces[::2], pieces[1::2]
    left = bleach.clean(_MARK.join(["", *tags, ""]), tags=(), strip=True).split(_MARK)[1:]
    return "".join(chain.from_iterable(zip(texts, left, strict=True)))


def _bare_tag_or_text(match: re.Match[str]) -> str:
    inside, closed = match[1].lower(), match[2]
    if closed and _DECLARATION.match(inside):
        return "<!---->"
    name = _TAG_NAME.match(inside)
    if not closed or name is None or name[1] not in _ELEMENTS or _is_comparison(match, name.end()):
        return f"< {match[1]}{closed}"
    if name[1] == "br":
        return "\n"
    # no attribute is kept, so none is parsed: html5lib takes seconds for thousands
    return f"<{name[0]}>"


def _is_comparison(match: re.Match[str], name_end: int) -> bool:
    """Return whether it is no tag but like "a<b and c>d": after a word, with words inside."""
    before = match.string[: match.start()][-1:]
    words = match[1][name_end:]
    return before.isalnum() and bool(words.strip()) and not set(words) & set("=\"'/")


def _revealed(text: str) -> str | None:
    """Return the text as a lenient parser may decode it, if that contains markup."""
    for _ in range(_MAX_ROUNDS):
        decoded = _REFERENCE.sub(_character_or_prefix, text)
        if decoded == text:
            return None
        text = decoded
        if _MAYBE_TAG.search(text):
            return text
    return text


def _defused(text: str) -> str:
    """Put a space into each reference and each start of a tag, leaving nothing to decode."""
    text = _one_kind_of_line_end(text)
    text = _REFERENCE.sub(lambda match: match[0].replace("&", "& ", 1), text)
    return _MAYBE_TAG.sub(lambda match: match[0].replace("<", "< ", 1), text)


def _shows(character: str) -> bool:
    # format characters and spaces are invisible; unassigned ones may become emoji
    return unicodedata.category(character) not in _UNSEEN and not _BLANK.match(character)
