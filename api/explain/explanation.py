"""Explains a statement, gate by gate."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from api.explain import access, catalogue, policies, rows, writing
from api.explain.conclusion import conclusion
from api.explain.question import Question, row_and_values
from api.explain.trial import Outcome, Trial
from api.explain.verdicts import Explanation, Gate

LIMITS = [
    "numbers taken from a sequence are not returned",
    "effects of a trigger or function outside the transaction are not undone",
]


@dataclass
class _Case:
    """What is known about the statement, its row and the catalogue."""

    trial: Trial
    question: Question
    table: catalogue.Relation
    columns: list[catalogue.Column]
    key: dict[str, str | None]
    values: dict[str, Any]
    old: str | None = None
    new: str | None = None
    as_owner: Outcome = field(default_factory=Outcome)


def explain(connection: Connection, question: Question) -> Explanation:
    """Explain what happens when a user runs the statement.

    Nothing is changed: everything runs in the connection's transaction, which is rolled back.

    Args:
        connection: of a role that owns the tables or bypasses row-level security, not yet in a
            transaction.
        question: the statement and who runs it.

    Raises:
        ExplainError: the statement cannot be explained.

    """
    try:
        case = _look(connection, question)
        gates = list(_gates(connection, case))
        outcome = _tried(case)
    finally:
        connection.rollback()
    is_absent = bool(case.key) and case.old is None
    allowed = None
    if outcome is not None and not is_absent:
        is_whole = question.operation == "select" and not case.key
        allowed = outcome.error is None and (outcome.rows > 0 or is_whole)
    return Explanation(
        question.operation,
        case.table.title,
        question.role,
        question.claims,
        allowed,
        conclusion(
            question, case.table, gates, outcome, has_key=bool(case.key), is_absent=is_absent
        ),
        gates,
        LIMITS if question.operation != "select" else LIMITS[1:],
    )


def _look(connection: Connection, question: Question) -> _Case:
    trial = Trial(connection, question.role, question.claims)
    table = catalogue.relation(connection, question.table)
    columns = catalogue.columns(connection, table, question.role)
    key, values = row_and_values(question, table, columns)
    case = _Case(trial, question, table, columns, key, values)
    if key:
        case.old = rows.existing(trial, table, key)
    if question.operation == "insert" or (question.operation == "update" and case.old and values):
        case.as_owner = rows.attempt(trial, question.operation, table, values, key, as_owner=True)
        case.new = case.as_owner.row or rows.foreseen(trial, table, columns, case.old, values)
    elif question.operation == "update":
        case.new = case.old  # no change is given
    elif question.operation == "delete" and case.old is not None:
        case.as_owner = rows.attempt(trial, "delete", table, {}, key, as_owner=True)
    return case


def _gates(connection: Connection, case: _Case) -> Iterator[Gate]:
    operation, table = case.question.operation, case.table
    yield from access.grants(
        connection,
        table,
        case.question.role,
        operation,
        list(case.values),
        list(case.key),
        case.columns,
    )
    security = access.row_security(connection, table, case.question.role)
    yield security
    is_absent = bool(case.key) and case.old is None
    has_row = not is_absent and (case.old is not None or case.new is not None)
    if is_absent:
        yield Gate("row", "refuses", f"there is no such row in {table.title}, for anybody")
    found = catalogue.triggers(connection, table, operation)
    if security.verdict == "passes":
        yield from _policies(connection, case, found)
    if has_row and operation != "select":
        yield from writing.triggers(found, case.as_owner, before=True)
        yield from writing.constraints(
            case.trial,
            table,
            case.columns,
            catalogue.constraints(connection, table),
            operation,
            case.new,
            case.as_owner,
        )
        yield from writing.triggers(found, case.as_owner, before=False)


def _policies(
    connection: Connection, case: _Case, triggers: list[catalogue.Trigger]
) -> Iterator[Gate]:
    operation = case.question.operation
    found = catalogue.policies(connection, case.table, case.question.role)
    if operation != "insert":
        # a WHERE reads the row, so the select policies are evaluated first
        about = "the row" if case.key else "any row"
        yield from policies.ask(case.trial, case.table, found, "select", "using", case.old, about)
    if operation in ("update", "delete"):
        yield from policies.ask(
            case.trial, case.table, found, operation, "using", case.old, "the row"
        )
    if operation in ("insert", "update") and case.new is not None:
        yield from policies.ask(
            case.trial, case.table, found, operation, "check", case.new, "the new row"
        )
        *each, together = policies.ask(
            case.trial, case.table, found, "select", "using", case.new, "the new row"
        )
        if operation == "update":
            yield from [*each, together]
        else:
            says = "so the statement is refused when it returns the row (`returning`, `.select()`)"
            is_hidden = together.verdict != "passes"
            more = f"{together.says}: {says}" if is_hidden else together.says
            yield Gate(together.name, "note", more, decisive=False)


def _tried(case: _Case) -> Outcome | None:
    operation = case.question.operation
    columns = list(case.values)
    if operation == "select":
        columns = [column.name for column in case.columns if column.selects][:1]
    if operation == "update" and not columns:
        return None
    return rows.attempt(case.trial, operation, case.table, case.values, case.key, columns=columns)
