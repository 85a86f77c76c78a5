"""Splits expressions as Postgres writes them.

The text comes from `pg_get_expr`, which puts parentheses around every boolean operand: everything
outside all parentheses and quotes belongs to the outermost operator.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISON = re.compile(r" (IS NOT DISTINCT FROM|IS DISTINCT FROM|[-+*/<>=~!@#%^&|?]+) ")
_SET = re.compile(r"^(ANY|ALL) (\(.*\))$", re.DOTALL)
_TEST = re.compile(r" IS (NOT )?(NULL|TRUE|FALSE|UNKNOWN)$")


@dataclass(frozen=True)
class Operands:
    """The operands of an expression's outermost operator; none for a plain value."""

    operator: str
    texts: list[str]

    @property
    def is_boolean(self) -> bool:
        """Whether the operands are conditions themselves."""
        return self.operator in ("AND", "OR", "NOT")


def operands(expression: str) -> Operands:
    """Split an expression at its outermost operator."""
    text = unwrapped(expression)
    for operator in ("AND", "OR"):
        texts = split(text, f" {operator} ")
        if len(texts) > 1:
            return Operands(operator, [unwrapped(part) for part in texts])
    if text.startswith("NOT "):
        return Operands("NOT", [unwrapped(text[4:])])
    flat = _flat(text)
    test = _TEST.search(flat)
    if test is not None:
        return Operands(test[0].strip(), [unwrapped(text[: test.start()])])
    comparisons = list(_COMPARISON.finditer(flat))
    if len(comparisons) != 1 or flat.startswith("CASE "):
        return Operands("", [])
    found = comparisons[0]
    left, right = text[: found.start()], text[found.end() :]
    member = _SET.match(right)
    if member is not None and not member[2].startswith("(SELECT"):
        return Operands(f"{found[1]} {member[1]}", [unwrapped(left), unwrapped(member[2])])
    return Operands(found[1], [unwrapped(left), unwrapped(right)])


def unwrapped(expression: str) -> str:
    """Remove the parentheses around the whole expression, except a sub-select's."""
    text = expression.strip()
    while text.startswith("(") and _flat(text) == "(" + " " * (len(text) - 2) + ")":
        inner = text[1:-1].strip()
        if inner.startswith(("SELECT ", "WITH ")):
            break
        text = inner
    return text


def sub_select_columns(expression: str, table: str) -> list[str]:
    """Return the columns of the row that a sub-select refers to, as it names them."""
    if not expression.startswith(("EXISTS ", "(SELECT", "( SELECT")) or operands(expression).texts:
        return []
    quoted = re.escape(table if re.fullmatch(r"[a-z_][a-z0-9_$]*", table) else f'"{table}"')
    found = re.findall(rf'(?<![\w."]){quoted}\.(?:\w+|"[^"]+")', expression)
    return list(dict.fromkeys(found))


def is_constant(expression: str) -> bool:
    """Whether it is a literal, whose value need not be shown."""
    return re.fullmatch(r"(-?[\d.]+|E?'(?:[^']|'')*'|true|false|NULL)(::[\w \".\[\]]+)?",
                        expression) is not None  # fmt: skip


def split(text: str, separator: str) -> list[str]:
    """Split at a separator outside all parentheses and quotes."""
    flat = _flat(text)
    pieces = []
    start = 0
    while (found := flat.find(separator, start)) >= 0:
        pieces.append(text[start:found])
        start = found + len(separator)
    return [*pieces, text[start:]]


def _flat(text: str) -> str:
    """Blank out everything quoted or in parentheses, keeping the length."""
    kept = []
    depth = 0
    for character, is_quoted in _quoted(text):
        if not is_quoted and character in ")]":
            depth -= 1
        kept.append(" " if is_quoted or depth > 0 else character)
        if not is_quoted and character in "([":
            depth += 1
    return "".join(kept)


def _quoted(text: str) -> Iterator[tuple[str, bool]]:
    quote = ""
    is_escape = False  # in E'…' a backslash escapes the next character
    skip = False
    for index, character in enumerate(text):
        if not quote:
            if character in "'\"":
                quote = character
                is_escape = character == "'" and index > 0 and text[index - 1] == "E"
                yield character, True
            else:
                yield character, False
            continue
        yield character, True
        if skip:
            skip = False
        elif is_escape and character == "\\":
            skip = True
        elif character == quote:
            # a doubled quote closes and reopens, with the same result
            quote = ""
