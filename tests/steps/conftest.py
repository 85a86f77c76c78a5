"""Prints the table of outcomes at the end of `make steps`."""

from collections import Counter

import pytest

HEAD = """
| {} | cases | as without the fault | `DATABASE_UNAVAILABLE` | `OUTCOME_UNKNOWN` |
|---|---|---|---|---|"""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add up what the tests of every fault have recorded."""
    totals: dict[str, dict[str, Counter[int]]] = {}
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "outcomes":
                backend, fault, *counts = value
                total = totals.setdefault(backend, {}).setdefault(fault, Counter())
                total.update(dict(enumerate(counts)))
    cases = 0
    for backend, faults in totals.items():
        terminalreporter.write_line(HEAD.format(backend))
        for fault, counts in faults.items():
            words = [fault, counts.total(), *(counts[number] for number in range(3))]
            terminalreporter.write_line(f"| {' | '.join(map(str, words))} |")
            cases += counts.total()
    if cases:
        terminalreporter.write_line(f"\n{cases} cases: lost 0, twice 0, half 0")
