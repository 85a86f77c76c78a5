"""A field that may be omitted from a body, but may not be `null`."""

from typing import Any, Final

LEFT_OUT: Final[Any] = None
"""The attribute's value if the field was omitted. It is not a valid value of the field."""


def without_default(schema: dict[str, Any]) -> None:
    """Document the field without that default: `json_schema_extra=without_default`."""
    schema.pop("default", None)
