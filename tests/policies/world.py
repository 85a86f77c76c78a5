"""The rows that the checks are about, by name."""

import re
from pathlib import Path

_TEMPLATE = (Path(__file__).parent / "world.sql").read_text()
_NAMES = dict.fromkeys(re.findall(r"'\{(\w+)\}'", _TEMPLATE))
IDS = {
    name: f"5e550000-0000-4000-8000-{number:012d}"
    for number, name in enumerate([*_NAMES, "absent"], 1)
}


def named(text: str) -> str:
    """Put ids for the {names} in `text`."""
    return re.sub(r"\{(\w+)\}", lambda found: IDS[found[1]], text)


WORLD = named(_TEMPLATE.split("\n", 1)[1].lstrip())
