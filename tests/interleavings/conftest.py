"""Prints how many orders were played, at the end of `make orders`."""

from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add up what the tests of every story have recorded."""
    total: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        total.update(
            {value[0]: value[1] for name, value in report.user_properties if name == "orders"}
        )
    for backend, count in total.items():
        terminalreporter.write_line(f"{backend}: {count} orders, each as if one after the other")
