"""Messages of a 422: which value was refused and why, without quoting it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from api.errors import MAX_FIELD_ERRORS, FieldError

MAX_FIELD_LENGTH: Final = 100

# Our messages for the error types whose own message quotes the input or uses Python's terms. The
# messages of the types in `SAYS_NO_INPUT` contain only limits and expected values.
MESSAGES: Final[Mapping[str, str]] = {
    "missing": "This field is required.",
    "extra_forbidden": "Unknown field.",
    "json_invalid": "This is not valid JSON.",
    "uuid_type": "This is not a valid UUID.",
    "uuid_parsing": "This is not a valid UUID.",
    "model_attributes_type": "Send a JSON object, with Content-Type: application/json.",
    "model_type": "Send a JSON object, with Content-Type: application/json.",
    "dict_type": "This must be an object.",
    "timezone_aware": "This must include a time zone, for example 2030-05-01T19:30:00Z.",
    "datetime_type": "This is not a valid date and time.",
    "datetime_parsing": "This is not a valid date and time.",
    "datetime_from_date_parsing": "This is not a valid date and time.",
    "datetime_object_invalid": "This is not a valid date and time.",
}
SAYS_NO_INPUT: Final = frozenset(
    {
        "bool_parsing",
        "bool_type",
        "enum",
        "float_type",
        "greater_than",
        "greater_than_equal",
        "int_from_float",
        "int_parsing",
        "int_type",
        "less_than",
        "less_than_equal",
        "list_type",
        "literal_error",
        "string_too_long",
        "string_too_short",
        "string_type",
        "too_long",
        "too_short",
    }
)


def field_name(location: Sequence[object]) -> str:
    """Return a field's name as the client knows it: `venue_name`, `limit`, `draft_plan.a.0`."""
    inside = location[1:] or location
    return ".".join(map(str, inside))[:MAX_FIELD_LENGTH]


def field_errors(raw: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """Translate pydantic's errors, without quoting the input."""
    found = []
    for error, _ in zip(raw, range(MAX_FIELD_ERRORS), strict=False):
        kind = error["type"]
        if kind == "value_error":  # raised by our own validators, with our messages
            message = str(error["ctx"]["error"])
        elif kind in SAYS_NO_INPUT:
            message = f"{error['msg']}."
        else:
            message = MESSAGES.get(kind, "This is not a valid value.")
        # for invalid JSON the location ends with a byte offset, which is not a field
        location = error["loc"][:1] if kind == "json_invalid" else error["loc"]
        found.append(FieldError(field=field_name(location), message=message))
    return found
