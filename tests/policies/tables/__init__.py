"""The facts of every table and view, by name, parents first: `FACTS` of those installed."""

import re
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path

from api.kinds import KINDS
from tests.installed import INSTALLED
from tests.policies.conventions import completed
from tests.policies.facts import Facts


def _facts(unit: str) -> dict[str, Facts]:
    files = sorted(Path(__file__).with_name(unit).glob("[a-z]*.py"))
    return {file.stem: import_module(f"{__name__}.{unit}.{file.stem}").FACTS for file in files}


def _in_order(found: dict[str, Facts]) -> dict[str, Facts]:
    order = TopologicalSorter({name: facts.after for name, facts in found.items()})
    return {name: found[name] for name in order.static_order()}


_SAID = {unit: _in_order(_facts(unit)) for unit in ("base", *KINDS)}
_NAMES = frozenset(
    name
    for tables in _SAID.values()
    for facts in tables.values()
    for name in re.findall(r"\{(\w+)\}", facts.rows)
)
_UNITS = {
    unit: {name: completed(name, unit, facts, _NAMES) for name, facts in tables.items()}
    for unit, tables in _SAID.items()
}

UNIT_OF = {
    name: unit
    for unit, tables in _UNITS.items()
    for table, facts in tables.items()
    for name in (table, *facts.calls)
}
"""The base or the kind that each table, view and function belongs to, installed or not."""

KNOWN = {name: facts for tables in _UNITS.values() for name, facts in tables.items()}
FACTS = {name: it for name, it in KNOWN.items() if UNIT_OF[name] in ("base", *INSTALLED)}


def is_installed(name: str) -> bool:
    """Say whether this table, view or function belongs to the base or an installed kind.

    Raises:
        KeyError: no file here knows it.

    """
    if name not in UNIT_OF:
        raise KeyError(f"{name} is in matrix.py, and in no file of tests/policies/tables/")
    return UNIT_OF[name] in ("base", *INSTALLED)
