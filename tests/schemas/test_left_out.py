"""The document of a field that may be omitted and not be null."""

from typing import Any

from api.schemas.left_out import without_default


def test_without_default() -> None:
    schema: dict[str, Any] = {"type": "string", "default": None}
    for _ in range(2):  # pydantic may ask more than once
        without_default(schema)
        assert schema == {"type": "string"}
