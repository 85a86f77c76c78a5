"""The rows that the checks use, by name."""

import re
from collections.abc import Iterable

from tests.policies.tables import FACTS, KNOWN

_USERS = """
insert into auth.users (id) values
  ('{owner}'), ('{participant}'), ('{invited}'), ('{declined}'), ('{stranger}'), ('{other}');
"""
_NAME = re.compile(r"\{(\w+)\}")
_TEMPLATES = {"": _USERS, **{name: facts.rows for name, facts in KNOWN.items()}}
_NAMES = dict.fromkeys(_NAME.findall("".join(_TEMPLATES.values())))
IDS = {
    name: f"5e550000-0000-4000-8000-{number:012d}"
    for number, name in enumerate(dict.fromkeys(["absent", *_NAMES]), 1)
}


def named(text: str) -> str:
    """Replace the {names} in `text` by ids."""
    return _NAME.sub(lambda found: IDS[found[1]], text)


def world(tables: Iterable[str]) -> str:
    """Write what inserts the users, and these tables' rows. Everything is rolled back."""
    wanted = {"", *tables}
    return named("".join(it for name, it in _TEMPLATES.items() if name in wanted)).lstrip()


WORLD = world(FACTS)
