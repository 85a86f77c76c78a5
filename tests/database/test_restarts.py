"""Postgres is killed, restarted, or replaced in the middle of writes: every answer given was true.

Direct connections are used again as soon as Postgres is there, without a restart of the API.
"""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.stack import Stack
from tests.database.outages import pid, stop
from tests.database.writes import Ledger
from tests.standby import of_both, standby, synchronous

# Linux ends a child with the thread that has started it: this one lasts
_THREAD = ThreadPoolExecutor(1)


def end(stack: Stack, number: signal.Signals) -> None:
    """Send a signal to Postgres, and wait until it has ended, or is frozen."""
    server = stack._postgres.server
    assert server is not None
    if number in (signal.SIGKILL, signal.SIGSTOP):
        stop(server, number)
    else:
        os.kill(pid(server), number)
    if number != signal.SIGSTOP:
        assert server._process is not None
        server._process.wait(30)


def start(stack: Stack) -> None:
    """Start Postgres again."""
    server = stack._postgres.server
    assert server is not None
    server.stop()
    _THREAD.submit(server.start).result()


@pytest.mark.parametrize(
    ("number", "writes"),
    [(signal.SIGKILL, 500), (signal.SIGQUIT, 200), (signal.SIGINT, 200)],
    ids=["killed", "immediate", "fast"],
)
def test_restart(embedded: Stack, number: signal.Signals, writes: int) -> None:
    def restart() -> None:
        end(embedded, number)
        start(embedded)

    interrupted = {"DATABASE_UNAVAILABLE"}
    if number == signal.SIGINT:
        # Postgres may end the lock's holder first, and the waiting write as it commits
        interrupted.add("OUTCOME_UNKNOWN")
    ledger = Ledger(embedded, frozenset(interrupted))
    ledger.fill(writes, restart)
    ledger.compare(embedded.database_url)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
def test_failover(embedded: Stack, number: signal.Signals) -> None:
    """The primary ends, or does not even refuse, and its synchronous standby is promoted."""
    with standby(embedded) as second, synchronous(embedded):

        def fail_over() -> None:
            end(embedded, number)
            second.promote()

        ledger = Ledger(embedded)
        try:
            ledger.fill(500, fail_over, api_database_url=of_both(embedded, second))
            ledger.compare(second.superuser_url)
        finally:
            if number == signal.SIGSTOP:
                end(embedded, signal.SIGKILL)
            start(embedded)
