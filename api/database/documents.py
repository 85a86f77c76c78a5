"""Reads the JSON that Postgres returns, whatever a project has stored in it.

`json` and `jsonb` hold more than a JSON parser accepts: thousands of digits, thousands of levels,
and, in `json`, half of a character. One such value must not make a list unreadable.
"""

import re
from typing import Any, Final

from pydantic_core import from_json

DEEPEST: Final = 150
"""How many levels are read. pydantic reads 200 and writes 255."""
MOST_DIGITS: Final = 4300
"""How long a number may be that is read: as Python's own limit."""

_TOKEN: Final = re.compile(
    r'"(?P<text>[^"\\]*(?:\\.[^"\\]*)*)"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<number>-?\d[\d.eE+-]*)',
    re.DOTALL,
)
_ESCAPE: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
    r"|\\.",
    re.DOTALL,
)


def read(content: str | bytes) -> Any:
    """Read a JSON document; a part that cannot be read is null.

    That is a number of more than 4,300 digits and what is nested deeper than 150 levels. An
    unpaired surrogate becomes U+FFFD.

    Raises:
        ValueError: it is not JSON.

    """
    try:
        return from_json(content)
    except ValueError:
        text = content if isinstance(content, str) else content.decode()
        return from_json(_readable(text))


def _readable(text: str) -> str:
    kept: list[str] = []
    depth = start = 0
    for token in _TOKEN.finditer(text):
        was_kept = depth <= DEEPEST
        if token["open"]:
            depth += 1
        elif token["close"]:
            depth -= 1
        if was_kept and depth > DEEPEST:
            kept += (text[start : token.start()], "null")
        elif not was_kept and depth <= DEEPEST:
            start = token.end()
        elif was_kept and len(token["number"] or "") > MOST_DIGITS:
            kept += (text[start : token.start()], "null")
            start = token.end()
        elif was_kept and "\\u" in (token["text"] or ""):
            kept += (text[start : token.start()], _ESCAPE.sub(_character, token[0]))
            start = token.end()
    kept.append(text[start:] if depth <= DEEPEST else "")
    return "".join(kept)


def _character(escape: re.Match[str]) -> str:
    is_half = len(escape[0]) == 6 and escape[0][1] == "u"
    return "\\ufffd" if is_half else escape[0]
