"""Where participants' names come from, if not from our own table of profiles."""

import re
from dataclasses import dataclass

from psycopg import Connection

from api.install.errors import InstallError
from api.install.shipped import template
from api.install.survey import table

_NAME = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True)
class Names:
    """The column that holds people's names, and the one that holds their ids."""

    schema: str
    table: str
    column: str
    key: str = "id"

    @property
    def title(self) -> str:
        """The column as `--names` has it."""
        return f"{self.schema}.{self.table}.{self.column}"

    def sql(self) -> str:
        """Write the functions through which the view reads names."""
        return template("clean_name") + self._filled("participant_name")

    def sign_up(self, *, with_clean: bool) -> str:
        """Write the trigger that makes profiles."""
        clean = template("clean_name") if with_clean else ""
        return clean + self._filled("make_profile")

    def _filled(self, name: str) -> str:
        text = template(name)
        for place, value in {
            "table": f"{self.schema}.{self.table}",
            "column": self.column,
            "key": self.key,
            "title": self.title,
        }.items():
            text = text.replace("{" + place + "}", value)
        return text


OWN = Names("public", "user_profiles", "first_name")
"""Our own table of profiles, which a project without one gets."""


def parse(text: str) -> Names:
    """Read `schema.table.column`.

    Raises:
        InstallError: it is none, or its names would need quotes.

    """
    parts = text.split(".")
    if len(parts) != 3 or not all(_NAME.fullmatch(part) for part in parts):
        raise InstallError(
            f"--names must be schema.table.column, in lower case without quotes, not {text!r}"
        )
    return Names(*parts)


def found(connection: Connection, names: Names) -> Names:
    """Check that the column is there, and find the one that holds the user's id.

    Raises:
        InstallError: there is no such column, or no uuid that says whose row it is.

    """
    live = table(connection, names.table, names.schema)
    if live is None or names.column not in live.columns:
        raise InstallError(f"there is no column {names.title}: name the right one with --names")
    for key in ("id", "user_id", "profile_id"):
        is_uuid = key in live.columns and live.columns[key].base == "uuid"
        if is_uuid and [key] in live.uniques:
            return Names(names.schema, names.table, names.column, key)
    raise InstallError(
        f"{names.schema}.{names.table} has no unique uuid column id, user_id or profile_id, "
        "so it does not say whose name it is"
    )
