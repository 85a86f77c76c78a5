"""A field that may be left out of a body, but may not be `null`."""

from typing import Any, Final

LEFT_OUT: Final[Any] = None
"""What the attribute holds when the field was left out. It is no value of the field."""


def without_default(schema: dict[str, Any]) -> None:
    """Document the field without that default: `json_schema_extra=without_default`."""
    schema.pop("default", None)
