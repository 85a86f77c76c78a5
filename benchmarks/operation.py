"""Requests that every contender is sent, and how their answers are compared."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from benchmarks.data import Data

Json = Any


@dataclass(frozen=True)
class Request:
    """One HTTP request of a user; the contender adds the user's token."""

    method: str
    path: str
    user: UUID
    body: Mapping[str, Json] | None = None
    prefer: str = ""


@dataclass(frozen=True)
class Operation:
    """One operation: the request to the API, and the same as requests directly to PostgREST.

    `straight` is what our API itself sends for it, so that "PostgREST alone" does no less.
    """

    api: Request
    straight: Sequence[Request]


@dataclass(frozen=True)
class Work:
    """A kind of work.

    Args:
        name: one word.
        title: what a person calls it.
        operations: makes so many of them.
        extract: takes out of our answer what PostgREST's last answer must be.
        once: whether each operation can be done only once.
        writes: whether it changes the database.
        changing: fields that differ from answer to answer.

    """

    name: str
    title: str
    operations: Callable[[Data, int], Sequence[Operation]]
    extract: Callable[[Json], Json]
    once: bool = False
    writes: bool = False
    changing: frozenset[str] = frozenset()

    def comparable(self, answer: Json) -> Json:
        """Return the part of the answer that must be equal for all."""
        return comparable(answer, self.changing)


def comparable(value: Json, changing: frozenset[str] = frozenset()) -> Json:
    """Convert times to one time zone and remove values that differ between answers."""
    if isinstance(value, dict):
        return {
            name: None if name in changing else comparable(inner, changing)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [comparable(inner, changing) for inner in value]
    if isinstance(value, str) and len(value) >= len("2025-01-01T00:00:00Z") and value[10] == "T":
        try:
            return datetime.fromisoformat(value).astimezone(UTC).isoformat()
        except ValueError:
            return value
    return value


def body_of(request: Request) -> str:
    """Return the request's body as it is sent."""
    return "" if request.body is None else json.dumps(request.body, separators=(",", ":"))
