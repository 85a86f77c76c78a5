"""What the kinds' schemas are made of: bodies that are sent, and answers."""

from typing import ClassVar, Final

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

IGNORED: Final = {"description": "Ignored: the API decides it."}
"""How a field that a body may have to no effect is documented."""


class RequestBody(BaseModel):
    """A body's schema. A field that it does not know is refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ResponseBody(BaseModel):
    """An answer's schema. Where a row does not fit it, the error does not quote the row."""

    model_config = ConfigDict(hide_input_in_errors=True)


class Replacement(RequestBody):
    """The body of a PUT: takes a resource back as it was read.

    The fields in `read_only`, which the API itself decides, are accepted and ignored.
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
        """Leave out what the client cannot change anyway."""
        if not isinstance(value, dict):
            return value
        return {name: field for name, field in value.items() if name not in cls.read_only}
