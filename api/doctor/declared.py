"""What `supabase/migrations/` declare, as shipped with this package.

`declared.json` lists what the migrations of the base and of each kind create. `make types` writes
it, and a test compares it with a migrated database.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from api.kinds import KindName

_SIGNATURE = re.compile(r"FUNCTION public\.(\w+)\((.*)\)")
DECLARED = Path(__file__).with_name("declared.json")


@dataclass(frozen=True)
class Grant:
    """One role's privileges on one object, named as in `column public.t.c`."""

    thing: str
    grantee: str
    privileges: frozenset[str]

    @property
    def owner(self) -> str:
        """The definition that the object belongs to: for a column, its table."""
        kind, _, name = self.thing.partition(" ")
        return f"relation {name.rpartition('.')[0]}" if kind == "column" else self.thing

    def sql(self, verb: str) -> str:
        """Write the statement that grants it (`grant`) or revokes it (`revoke`)."""
        kind, _, name = self.thing.partition(" ")
        privileges = [privilege.removesuffix(" grantable") for privilege in sorted(self.privileges)]
        if kind == "column":
            name, _, column = name.rpartition(".")
            privileges = [f"{privilege} ({column})" for privilege in privileges]
        kind = kind if kind in ("schema", "function") else "table"
        direction = "to" if verb == "grant" else "from"
        return f"{verb} {', '.join(privileges).lower()} on {kind} {name} {direction} {self.grantee}"


@dataclass(frozen=True)
class State:
    """The access rules of one database: definitions by name, and grants."""

    definitions: Mapping[str, str]
    grants: frozenset[Grant]

    @classmethod
    def of(cls, entries: Mapping[str, str]) -> "State":
        """Sort a snapshot's entries."""
        grants = set()
        definitions = {}
        for name, text in entries.items():
            if name.startswith("grant on "):
                thing, _, grantee = name.removeprefix("grant on ").rpartition(" to ")
                grants.add(Grant(thing, grantee, frozenset(text.split(", "))))
            else:
                definitions[name] = text
        return cls(definitions, frozenset(grants))

    def names(self, kind: str) -> Iterable[str]:
        """Return the names of all definitions of a kind: `relation`, `function` or `policy`."""
        return sorted(
            name.removeprefix(f"{kind} ") for name in self.definitions if name.startswith(kind)
        )


@cache
def declared(kinds: tuple[KindName, ...]) -> State:
    """Return what the migrations of the base and of these kinds declare."""
    units = json.loads(DECLARED.read_text())
    return State.of({name: it for unit in ("base", *kinds) for name, it in units[unit].items()})


def readable(role: str, kinds: tuple[KindName, ...]) -> dict[str, list[str]]:
    """Return the columns that `role` may read, by exposed table or view."""
    columns: dict[str, list[str]] = {}
    for grant in sorted(declared(kinds).grants, key=lambda grant: grant.thing):
        if grant.grantee == role and "SELECT" in grant.privileges:
            _, table, column = grant.thing.split(".")
            columns.setdefault(table, []).append(column)
    return columns


def callable_functions(kinds: tuple[KindName, ...]) -> dict[str, list[str]]:
    """Return the required arguments of each exposed function that the API calls."""
    found = {}
    for name, definition in declared(kinds).definitions.items():
        if name.startswith("function public."):
            called, arguments = _SIGNATURE.findall(definition)[0]
            needed = [it for it in arguments.split(", ") if it and " DEFAULT " not in it]
            found[called] = [it.split()[0] for it in needed]
    return found


def read_by_all(kinds: tuple[KindName, ...]) -> set[str]:
    """Return the exposed tables whose rows have no owner."""
    prefix = "select_all on public."
    return {
        name.removeprefix(prefix)
        for name in declared(kinds).names("policy")
        if name.startswith(prefix)
    }
