"""A study plan: any JSON object or list, of a size that can be read and sent back."""

from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, JsonValue, WithJsonSchema
from pydantic_core import to_json

MOST_BYTES: Final = 65_536
"""As it is stored and read: the session fits into the default `MAX_BODY_BYTES` with it, so
that what was read can be sent back, and a page of a hundred has at most 7 MB."""
MOST_VALUES: Final = 2_000
"""Parts of a plan, each text, number, list and object. Reading them back is what a plan costs: a
page of twenty takes the event loop 40 ms, where 65,536 bytes of `[[],[],…]` would take 400."""


def object_or_list(value: JsonValue) -> JsonValue:
    """Refuse a plan that is a bare text, number or truth value."""
    if value is not None and not isinstance(value, (dict, list)):
        raise ValueError("This must be an object, a list or null.")
    return value


def bounded(value: JsonValue) -> JsonValue:
    """Refuse a plan that is too large once it is stored."""
    size, values = measure(value)
    if size > MOST_BYTES:
        raise ValueError(f"This must be at most {MOST_BYTES} bytes, with its numbers written out.")
    if values > MOST_VALUES:
        raise ValueError(f"This must have at most {MOST_VALUES} texts, numbers, lists and objects.")
    return value


def measure(value: JsonValue) -> tuple[int, int]:
    """Return the bytes of a JSON value as Postgres gives it back, and its number of parts.

    In Postgres `1e308` has 309 digits.
    """
    size = len(to_json(value))
    waiting = [value]
    values = 0
    while waiting:
        values += 1
        match waiting.pop():
            case dict() as found:
                waiting += found.values()
            case list() as found:
                waiting += found
            case float() as number:
                size += len(f"{Decimal(repr(number)):f}") - len(to_json(number))
            case _:
                pass
    return size, values


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
