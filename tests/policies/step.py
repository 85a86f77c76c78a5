"""One try: a statement and its expected outcome."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection

from tests.policies.actors import Actor
from tests.policies.world import named

DENIED = "42501"


@dataclass(frozen=True)
class Step:
    statement: str
    outcome: str  # ALLOW, EMPTY or DENY
    trace: str | None = None  # finds what the statement does; without it, its own rows tell


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Roll back whatever happens inside."""
    with connection.transaction(force_rollback=True):
        yield


def execute(connection: Connection, statement: str) -> list[tuple[Any, ...]]:
    cursor = connection.execute(statement.encode())
    return cursor.fetchall() if cursor.description is not None else []


def found(connection: Connection, statement: str) -> bool:
    return connection.execute(statement.encode()).rowcount > 0


def refusal(connection: Connection, statement: str) -> tuple[str | None, ...] | None:
    """Try; return the SQLSTATE and the constraint or column that refused, None on success."""
    with savepoint(connection):
        try:
            connection.execute(named(statement).encode())
        except psycopg.Error as error:
            return error.sqlstate, error.diag.constraint_name or error.diag.column_name
    return None


def outcome(connection: Connection, actor: Actor, step: Step) -> str:
    """Try; return ALLOW, EMPTY, DENY, or the SQLSTATE of another error."""
    with savepoint(connection):
        execute(connection, actor.become)
        try:
            there = found(connection, step.statement)
        except psycopg.Error as error:
            return "DENY" if error.sqlstate == DENIED else f"error {error.sqlstate}"
        if step.trace is not None:
            execute(connection, "reset role")
            there = found(connection, step.trace)
        return "ALLOW" if there else "EMPTY"


def expect(connection: Connection, actor: Actor, step: Step) -> None:
    """Try.

    Raises:
        AssertionError: something else came of it.

    """
    got = outcome(connection, actor, step)
    assert got == step.outcome, f"{actor.name}: {got}, not {step.outcome}: {step.statement}"
