"""Reads `CELLS`: the databases of the cells, by name."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from api.settings.values import http_url

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
WRONG: Final = (
    'CELLS is not a JSON object of cells: write it as {"eu": {"API_DATABASE_URL": '
    '"postgresql://…"}, "us": {"POSTGREST_URL": "https://…"}}. A name has lower-case letters, '
    "digits and hyphens, and is there once."
)


class Cell(BaseModel):
    """One cell's database, by the settings that name a project's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    api_database_url: SecretStr | None = Field(None, alias="API_DATABASE_URL")
    api_read_database_url: SecretStr | None = Field(None, alias="API_READ_DATABASE_URL")
    postgrest_url: Annotated[str, AfterValidator(http_url)] | None = Field(
        None, alias="POSTGREST_URL"
    )
    supabase_publishable_key: str | None = Field(
        None, alias="SUPABASE_PUBLISHABLE_KEY", min_length=1, repr=False
    )


def read_cells(value: object) -> object:
    """Read the JSON, and refuse it with one message that contains no part of it."""
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value, object_pairs_hook=without_repetition)
        cells = {name: Cell.model_validate(cell) for name, cell in found.items()}
    except (ValueError, ValidationError, AttributeError, RecursionError):
        raise ValueError(WRONG) from None
    if (
        not cells
        or not all(map(NAME.fullmatch, cells))
        or not all(map(has_address, cells.values()))
    ):
        raise ValueError(WRONG)
    return cells


def has_address(cell: Cell) -> bool:
    """Return whether it has the one address that it needs."""
    return (cell.api_database_url is None) != (cell.postgrest_url is None)


def without_repetition(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    """Make a JSON object; the second of two equal names would silently win."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError(WRONG)
    return dict(pairs)
