"""Calls of each operation that fail, by both backends: lost 0, twice 0, half 0.

The first answer is the usual one, or a 503 that says what is so: `DATABASE_UNAVAILABLE`, and
nothing has happened or will; or `OUTCOME_UNKNOWN`. Then the client repeats the request.

`make steps` tries every fault. Here each operation meets the worst one, and one of the others.
"""

from collections.abc import Callable

import pytest

from local.project import Project
from tests.actors import Sql
from tests.steps.clock import run
from tests.steps.outcomes import DOCUMENTED, FAULTS, SERVED, outcomes, ways
from tests.steps.requests import EXAMPLES
from tests.steps.trial import DONE, UNAVAILABLE, UNKNOWN

RecordProperty = Callable[[str, object], None]

WAYS = ways()
WORDS = (DONE, UNAVAILABLE, UNKNOWN)


def test_every_operation_has_an_example() -> None:
    assert {it.operation for it in EXAMPLES} == DOCUMENTED.keys()
    endpoints = {route.endpoint for route in DOCUMENTED.values()}
    for route in SERVED:
        if route.operation.kind is not None:
            assert route.endpoint in endpoints, route.path


IDS = [f"{example}{' with a key' * keyed}" for example, keyed in WAYS]


@pytest.mark.parametrize("number", range(len(WAYS)), ids=IDS)
@pytest.mark.parametrize("by", FAULTS)
def test_operation(stack: Project, sql: Sql, by: str, number: int) -> None:
    example, keyed = WAYS[number]
    [worst] = [fault for fault in FAULTS[by] if fault.name == "cut"]
    others = [fault for fault in FAULTS[by] if fault is not worst]
    some = [worst, others[number % len(others)]]
    said = run(outcomes(stack, sql, by, example, some, keyed))
    if example.operation != "health_healthz":
        assert said["cut"].total() > 0


@pytest.mark.steps
@pytest.mark.parametrize("number", range(len(WAYS)), ids=IDS)
@pytest.mark.parametrize("by", FAULTS)
def test_every_fault(
    stack: Project, sql: Sql, record_property: RecordProperty, by: str, number: int
) -> None:
    said = run(outcomes(stack, sql, by, WAYS[number][0], FAULTS[by], WAYS[number][1]))
    for name, counts in said.items():
        record_property("outcomes", [by, name, *(counts[word] for word in WORDS)])
