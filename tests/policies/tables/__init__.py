"""The facts of every table and view, by name, parents first: `FACTS` of those installed."""

import re
from importlib import import_module

from api.kinds import KINDS
from tests.installed import INSTALLED
from tests.policies.conventions import completed, with_rows
from tests.policies.facts import Facts


def _facts(unit: str) -> dict[str, Facts]:
    try:
        said: dict[str, Facts] = import_module(f"{__name__}.{unit}").FACTS
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f"{unit} is in api/kinds.py, but tests/policies/tables/{unit}.py is missing:"
            " describe its tables there"
        ) from None
    return {name: with_rows(name, unit, facts) for name, facts in said.items()}


_SAID = {unit: _facts(unit) for unit in ("base", *KINDS)}
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
        raise KeyError(
            f"{name} is in matrix.py, but in no file of tests/policies/tables/, "
            "or its kind is not in api/kinds.py"
        )
    return UNIT_OF[name] in ("base", *INSTALLED)
