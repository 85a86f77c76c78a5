"""Postgres's logical replication messages: those about changed rows."""

import struct
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
KINDS = {b"I": "INSERT", b"U": "UPDATE", b"D": "DELETE"}


class Change(NamedTuple):
    """One changed row of a table: its columns' values as text."""

    relation: int
    kind: str
    values: dict[str, str | None]
    at: datetime


class Decoder:
    """Reads messages in order: a row's message depends on earlier ones about its table."""

    def __init__(self) -> None:
        self._columns: dict[int, list[str]] = {}
        self._at = _EPOCH

    def read(self, message: bytes) -> Change | None:
        """Read a message of protocol version 1; `None` when it changes no row.

        A deleted row has the columns of its replica identity alone; the others are null.
        """
        kind = message[:1]
        if kind == b"B":
            _, microseconds, _ = struct.unpack_from(">qqi", message, 1)
            self._at = _EPOCH + timedelta(microseconds=microseconds)
        elif kind == b"R":
            relation, columns = _relation(message)
            self._columns[relation] = columns
        elif kind in KINDS:
            (relation,) = struct.unpack_from(">i", message, 1)
            offset = 5
            if kind == b"U" and message[offset : offset + 1] in (b"K", b"O"):
                _, offset = _row(message, offset + 1)  # the old row
            values, _ = _row(message, offset + 1)
            row = dict(zip(self._columns[relation], values, strict=True))
            return Change(relation, KINDS[kind], row, self._at)
        return None


def _relation(message: bytes) -> tuple[int, list[str]]:
    (relation,) = struct.unpack_from(">i", message, 1)
    _, offset = _text(message, 5)
    _, offset = _text(message, offset)
    (count,) = struct.unpack_from(">h", message, offset + 1)
    offset += 3
    columns = []
    for _ in range(count):
        name, offset = _text(message, offset + 1)
        columns.append(name)
        offset += 8
    return relation, columns


def _text(message: bytes, offset: int) -> tuple[str, int]:
    end = message.index(b"\0", offset)
    return message[offset:end].decode(), end + 1


def _row(message: bytes, offset: int) -> tuple[list[str | None], int]:
    (count,) = struct.unpack_from(">h", message, offset)
    offset += 2
    values: list[str | None] = []
    for _ in range(count):
        kind = message[offset : offset + 1]
        offset += 1
        if kind != b"t":  # null, or too large and unchanged
            values.append(None)
            continue
        (size,) = struct.unpack_from(">i", message, offset)
        offset += 4
        values.append(message[offset : offset + size].decode())
        offset += size
    return values, offset
