"""Whether an existing table is the one that a kind needs, or something else with its name."""

import re
from collections.abc import Iterator

from api.install.live import LiveColumn, LiveTable
from api.install.shipped import Column, Table

_KINDS = {
    "v": "a view",
    "m": "a materialized view",
    "f": "a foreign table",
    "p": "a partitioned table",
    "S": "a sequence",
    "c": "a type",
    "i": "an index",
}
# types that the API reads and writes in the same way, by the type that we declare
_FAMILIES = {
    "uuid": {"uuid"},
    "text": {"text", "varchar", "citext"},
    "varchar": {"text", "varchar", "citext"},
    "timestamptz": {"timestamptz", "timestamp"},
    "jsonb": {"jsonb", "json"},
    "integer": {"int2", "int4", "int8"},
    "bigint": {"int4", "int8"},
    "boolean": {"bool"},
}


def family(declared: Column) -> set[str]:
    """Return the types that work as well as the declared one."""
    return _FAMILIES[declared.type.partition("(")[0]]


def misfits(declared: Table, live: LiveTable) -> Iterator[str]:
    """Say why it is a different table; empty if it can be adopted."""
    if live.kind != "r":
        kind = _KINDS.get(live.kind, "something else")
        yield f"public.{live.name} is {kind}, and the kind needs a table of that name"
        return
    if not live.is_ours_to_alter:
        yield (
            f"public.{live.name} belongs to {live.owner}, and only its owner can change it: "
            f"alter table public.{live.name} owner to postgres;"
        )
        return
    if live.has_children:
        yield f"public.{live.name} has tables that inherit from it"
    for rule in live.rules:
        yield f"public.{live.name} has the rule {rule}, and the API's writes cannot pass rules"
    missing = [
        column.name
        for column in declared.columns.values()
        if column.is_required and column.name not in live.columns
    ]
    if missing:
        yield f"public.{live.name} is a different table: it has no {', '.join(missing)}"
        return
    known = re.fullmatch(
        r"check \(status in \((.+)\)\)",
        declared.constraints.get(f"{declared.name}_status_known", ""),
    )
    status = live.columns.get("status")
    if known is not None and status is not None and status.is_enum:
        for label in re.findall(r"'(\w+)'", known[1]):
            if label not in status.labels:
                yield (
                    f"public.{live.name}.status is the enum {status.type}, which has no "
                    f"'{label}': alter type {status.type} add value '{label}';"
                )
    for column in declared.columns.values():
        found = live.columns.get(column.name)
        if found is not None and not _fits(column, found):
            yield (
                f"public.{live.name}.{column.name} is {found.type}, and the API needs {column.type}"
            )


def _fits(declared: Column, live: LiveColumn) -> bool:
    if live.is_enum:
        return declared.name == "status" or declared.name in ("role", "difficulty")
    return live.base in family(declared)
