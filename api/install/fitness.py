"""Whether an existing table is the one that a kind needs, or something else with its name."""

import re
from collections.abc import Iterator

from api.install.live import LiveColumn, LiveTable
from api.install.quoting import quoted
from api.install.rows import TOLERATED
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
_UTC = {"UTC", "GMT", "UCT", "Zulu", "Universal"}
# how a function gives a column a value: two counts of the same messages would add up
_SETS = r"\bnew\.{name}\s*:?=|\binto\s+new\.{name}\b|\bset\s[^;]*\b{name}\s*="
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


def misfits(declared: Table, live: LiveTable, zone: str) -> Iterator[str]:
    """Say why it is a different table, or cannot be adopted; empty if it can be.

    Args:
        declared: what the kind needs.
        live: what is there.
        zone: the database's time zone.

    """
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
        elif found is not None and _is_local_time(declared, column, found, zone):
            yield (
                f"public.{live.name}.{column.name} has no time zone, and the database's is {zone}, "
                f"not UTC: alter table public.{live.name} alter column {quoted(column.name)} "
                "type timestamptz;"
            )
    for trigger, name in _numbering(live):
        yield (
            f"public.{live.name}: the trigger {trigger} sets {name}, and so does the kind's own: "
            f"drop trigger {quoted(trigger)} on public.{live.name};"
        )


def _numbering(live: LiveTable) -> Iterator[tuple[str, str]]:
    """Find triggers that number or count messages, each with the column."""
    if live.name != "chat_messages":
        return
    for trigger, function in live.triggers.items():
        for name in ("message_order", "message_count"):
            if re.search(_SETS.format(name=name), function.source, re.IGNORECASE):
                yield trigger, name
                break


def _is_local_time(declared: Table, column: Column, live: LiveColumn, zone: str) -> bool:
    """Return whether Postgres would take its times for local ones, which the API reads as UTC."""
    is_read = column.name not in TOLERATED.get(declared.name, set())
    return is_read and live.base == "timestamp" and zone.rpartition("/")[2] not in _UTC


def _fits(declared: Column, live: LiveColumn) -> bool:
    if live.is_enum:
        return declared.name == "status" or declared.name in ("role", "difficulty")
    return live.base in family(declared)
