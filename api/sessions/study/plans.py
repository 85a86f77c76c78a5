"""A study plan: any JSON object or list, of a size that can be read and sent back."""

from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, JsonValue, WithJsonSchema
from pydantic_core import to_json

MOST_BYTES: Final = 65_536
"""As it is stored and read: the session fits into the default `MAX_BODY_BYTES` with it, so
that what was read can be sent back, and a page of a hundred has at most 7 MB."""


def object_or_list(value: JsonValue) -> JsonValue:
    """Refuse a plan that is a bare text, number or truth value."""
    if value is not None and not isinstance(value, (dict, list)):
        raise ValueError("This must be an object, a list or null.")
    return value


def bounded(value: JsonValue) -> JsonValue:
    """Refuse a plan that is too large once it is stored."""
    if stored_bytes(value) > MOST_BYTES:
        raise ValueError(f"This must be at most {MOST_BYTES} bytes, with its numbers written out.")
    return value


def stored_bytes(value: JsonValue) -> int:
    """Return the bytes of a JSON value as Postgres gives it back: `1e308` has 309 digits there."""
    size = len(to_json(value))
    waiting = [value]
    while waiting:
        match waiting.pop():
            case dict() as found:
                waiting += found.values()
            case list() as found:
                waiting += found
            case float() as number:
                size += len(f"{Decimal(repr(number)):f}") - len(to_json(number))
            case _:
                pass
    return size


AnyPlan = Annotated[
    JsonValue,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "object", "additionalProperties": True},
                {"type": "array", "items": {}},
                {"type": "null"},
            ]
        }
    ),
]
"""A plan as it is read."""

DraftPlan = Annotated[AnyPlan, AfterValidator(object_or_list), AfterValidator(bounded)]
"""A plan as it is written."""
