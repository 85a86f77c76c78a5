"""The statement to explain, and its row."""

import json
from dataclasses import dataclass
from typing import Any

from api.explain.catalogue import Column, Relation
from api.explain.verdicts import ExplainError, Operation


@dataclass(frozen=True)
class Question:
    """A statement that was refused, or might be.

    Args:
        operation: the statement's verb.
        table: the table's name, as typed.
        arguments: the row's id and the written values as JSON, as far as the verb takes them.
        role: the database role that runs it.
        claims: the claims of the verified token.

    """

    operation: Operation
    table: str
    arguments: tuple[str, ...]
    role: str
    claims: dict[str, Any]


def claims(user: str, role: str, more: str | None) -> dict[str, Any]:
    """Return a token's claims.

    Raises:
        ExplainError: `more` is not a JSON object.

    """
    further = _object(more, "--claims") if more else {}
    return {"aud": "authenticated", **further, "sub": user, "role": role}


def row_and_values(
    question: Question, table: Relation, columns: list[Column]
) -> tuple[dict[str, str | None], dict[str, Any]]:
    """Split the arguments into the row's key and the values.

    Raises:
        ExplainError: one is missing, unreadable or too many.

    """
    arguments = list(question.arguments)
    key: dict[str, str | None] = {}
    values: dict[str, Any] = {}
    if question.operation != "insert" and arguments:
        key = _key(arguments.pop(0), table)
    if question.operation in ("insert", "update") and arguments:
        values = _object(arguments.pop(0), "VALUES")
    if arguments:
        raise ExplainError(f"{question.operation} does not take {arguments[0]!r}")
    if question.operation in ("update", "delete") and not key:
        raise ExplainError(f"{question.operation} needs the row's ID after {question.table}")
    known = {column.name for column in columns}
    for name in (*key, *values):
        if name not in known:
            raise ExplainError(f"{table.title} has no column {name!r}")
    return key, values


def _key(text: str, table: Relation) -> dict[str, str | None]:
    if text.lstrip().startswith("{"):
        found = _object(text, "ID")
        if not found:
            raise ExplainError("ID is an empty object: name a column and its value")
        return {
            name: value if isinstance(value, str) or value is None else json.dumps(value)
            for name, value in found.items()
        }
    if len(table.key) == 1:
        return {table.key[0]: text}
    raise ExplainError(
        f"{table.title} has no primary key of one column: give the row as JSON, "
        '{"column": "value", …}'
    )


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        raise ExplainError(f"{name} is not JSON") from None
    if not isinstance(found, dict):
        raise ExplainError(f"{name} is not a JSON object")
    return found
