"""Changes to an expression as Postgres prints it: every operation stands in parentheses."""

import re
from collections.abc import Iterator

_PAIRS = {
    "user1_completed_confirmed_by_user2": "user2_completed_confirmed_by_user1",
    "user1": "user2",
}
_SWAP = _PAIRS | {two: one for one, two in _PAIRS.items()}
_NUMBERED = re.compile("|".join(sorted(_SWAP, key=len, reverse=True)))
_JUNCTION = re.compile(r"\s+(AND|OR)\s+")


def _groups(text: str) -> Iterator[tuple[int, int]]:
    """Give where each parenthesis opens and closes."""
    opened: list[int] = []
    for index, character in enumerate(text):
        if character == "(":
            opened.append(index)
        elif character == ")":
            yield opened.pop(), index


def _top(text: str) -> str:
    """Blank out what is inside parentheses, so that positions stay."""
    depth, shown = 0, []
    for character in text:
        depth -= character == ")"
        shown.append(character if depth == 0 else "_")
        depth += character == "("
    return "".join(shown)


def without_operand(text: str) -> Iterator[str]:
    """Drop each operand of each AND and OR."""
    for start, end in _groups(text):
        inside = text[start + 1 : end]
        borders = [found.span() for found in _JUNCTION.finditer(_top(inside))]
        if not borders:
            continue
        word = inside[slice(*borders[0])]
        edges = [0, *(edge for border in borders for edge in border), len(inside)]
        operands = [inside[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
        for dropped in range(len(operands)):
            rest = word.join(operands[:dropped] + operands[dropped + 1 :])
            yield f"{text[: start + 1]}{rest}{text[end:]}"


def negated(text: str) -> Iterator[str]:
    """Negate each comparison."""
    for found in re.finditer(r" = (ANY)?", text):
        turned = " <> ALL" if found[1] else " <> "
        yield text[: found.start()] + turned + text[found.end() :]


def without_comparison(text: str) -> Iterator[str]:
    """Replace each comparison by `true`."""
    for start, end in _groups(text):
        shown = _top(text[start + 1 : end])
        if " = " in shown and not _JUNCTION.search(shown):
            yield f"{text[:start]}true{text[end + 1 :]}"


def swapped(text: str) -> Iterator[str]:
    """Swap user 1 and user 2: each occurrence by itself, and all of them."""
    places = list(_NUMBERED.finditer(text))
    for found in places:
        yield text[: found.start()] + _SWAP[found[0]] + text[found.end() :]
    if len(places) > 1:
        yield _NUMBERED.sub(lambda found: _SWAP[found[0]], text)


CHANGES = {
    "comparison negated": negated,
    "operand dropped": without_operand,
    "comparison dropped": without_comparison,
    "participants swapped": swapped,
}
