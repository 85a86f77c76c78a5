"""Base classes of the kinds' schemas: request bodies and answers."""

from typing import ClassVar, Final

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

IGNORED: Final = {"description": "Ignored: set by the API."}
"""The description of a body's field that is accepted but ignored."""


class RequestBody(BaseModel):
    """A request body. Unknown fields are rejected by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ResponseBody(BaseModel):
    """An answer. If a row does not match it, the error does not quote the row."""

    model_config = ConfigDict(hide_input_in_errors=True)


class Replacement(RequestBody):
    """The body of a PUT: accepts a resource as it was read.

    The fields in `read_only`, which the API sets itself, are accepted and ignored.
    """

    read_only: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        described = handler(schema)
        for name in sorted(cls.read_only):
            handler.resolve_ref_schema(described)["properties"][name] = IGNORED
        return described

    @model_validator(mode="before")
    @classmethod
    def ignore_read_only(cls, value: object) -> object:
        """Remove the fields that the client cannot change."""
        if not isinstance(value, dict):
            return value
        return {name: field for name, field in value.items() if name not in cls.read_only}
