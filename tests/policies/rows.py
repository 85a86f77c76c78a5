"""For each heading of matrix.py: the row it is about, and the values that a try writes."""

from collections.abc import Mapping

from tests.policies.tables import FACTS
from tests.policies.world import named

TARGETS = {heading: row for it in FACTS.values() for heading, row in it.targets.items()}
INSERTS = {heading: row for it in FACTS.values() for heading, row in it.inserts.items()}
ARRANGEMENTS = {name: it.arrangement for name, it in FACTS.items() if it.arrangement}
UPDATES = {name: it.update or {} for name, it in FACTS.items()}
REPOINTS = {name: it.repoint or {} for name, it in FACTS.items()}
CALLS = {signature: call for it in FACTS.values() for signature, call in it.calls.items()}


def assignments(values: Mapping[str, str]) -> str:
    return named(", ".join(f'"{column}" = {value}' for column, value in values.items()))


def matches(values: Mapping[str, str]) -> str:
    """Tell by a condition whether a row has these values."""
    return named(
        " and ".join(f'"{column}" is not distinct from {value}' for column, value in values.items())
    )
