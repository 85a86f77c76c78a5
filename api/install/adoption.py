"""The SQL that turns an existing table into what a kind needs, and keeps the rest."""

import re
from collections.abc import Iterator, Sequence

from psycopg import Connection

from api.install.doors import Door, kept_grants
from api.install.live import LiveKey, LiveTable
from api.install.quoting import quoted
from api.install.rows import READ_ONLY, TOLERATED, Legacy, checks
from api.install.shipped import Table

# up to the delete action, and what follows it
_KEY = re.compile(
    r"(.+?)(?: ON DELETE (?:CASCADE|RESTRICT|SET (?:NULL|DEFAULT)(?: \([^)]*\))?))?"
    r"((?: DEFERRABLE)?(?: INITIALLY DEFERRED)?(?: NOT VALID)?(?: NOT ENFORCED)?)"
)
_CASCADE = re.compile(r"foreign key \((.+?)\) references ([\w.]+) \(.+?\) on delete cascade")
_ACTIONS = {
    "a": "",
    "r": "on delete restrict",
    "c": "on delete cascade",
    "n": "on delete set null",
    "d": "on delete set default",
}


def orphans(
    connection: Connection, declared: Table, live: LiveTable, *, without: str = ""
) -> Iterator[Legacy]:
    """Find rows whose parent is missing, for foreign keys that are missing too."""
    for constraint, definition in keys(declared, live, without=without).items():
        found = re.match(r"foreign key \((.+?)\) references ([\w.]+) \((.+?)\)", definition)
        if found is None:
            continue
        columns = [name.strip() for name in found[1].split(",")]
        targets = [name.strip() for name in found[3].split(",")]
        if any(column not in live.columns for column in columns):
            continue
        given = " and ".join(f"child.{column} is not null" for column in columns)
        same = " and ".join(
            f"parent.{target} = child.{column}"
            for target, column in zip(targets, columns, strict=True)
        )
        rows = f"from public.{declared.name} as child where {given}"
        query = f"{rows} and not exists (select from {found[2]} as parent where {same})"
        there = connection.execute("select to_regclass(%s) is not null", [found[2]]).fetchone()
        # a table that the migration makes is empty, so that every row lacks its parent
        counted = query if there == (True,) else rows
        row = connection.execute(f"select count(*) {counted}").fetchone()
        if row is not None and row[0]:
            yield Legacy(declared.name, constraint, row[0], f"select child.* {query};")


def keys(declared: Table, live: LiveTable, *, without: str = "") -> dict[str, str]:
    """Return the foreign keys that a table lacks, by name; those with another target stay."""
    wanted = {}
    for column in declared.columns.values():
        if column.references is None or column.references == without:
            continue
        if not any(key.columns == [column.name] for key in live.keys):
            definition = f"foreign key ({column.name}) references {column.references} (id)"
            name = f"{declared.name}_{column.name}_fkey"
            wanted[name] = f"{definition} {column.on_delete}".strip()
    for constraint, definition in declared.constraints.items():
        if definition.startswith("foreign key") and constraint not in live.constraints:
            wanted[constraint] = definition
    return wanted


def adopt(
    declared: Table,
    live: LiveTable,
    legacy: Sequence[Legacy],
    doors: Sequence[Door],
    *,
    without: str = "",
) -> Iterator[str]:
    """Write the statements that add what a table lacks.

    Args:
        declared: what the kind needs.
        live: what is there.
        legacy: the rules that rows break: they become constraints for new rows.
        doors: what becomes of the project's policies on it.
        without: a table that foreign keys would point to, and that is not made.

    """
    name = f"public.{declared.name}"
    broken = {found.constraint for found in legacy}
    tolerated = TOLERATED.get(declared.name, set())
    for column in declared.columns.values():
        found = live.columns.get(column.name)
        alter = f"alter table {name} alter column {quoted(column.name)}"
        if found is None:
            default = f" default {column.default}" if column.default is not None else ""
            null = " not null" if column.not_null else ""
            added = f"{quoted(column.name)} {column.type}{default}{null}"
            yield f"alter table {name} add column {added};"
            continue
        if column.default is not None and found.default is None and not found.is_generated:
            yield f"{alter} set default {column.default};"
        if column.not_null and not found.not_null and column.name not in tolerated:
            yield f"{alter} set not null;"
    if "id" in declared.columns and ["id"] not in live.uniques:
        has_other = any(it.startswith("PRIMARY KEY") for it in live.constraints.values())
        added = f"constraint {declared.name}_id_key unique" if has_other else "primary key"
        yield f"alter table {name} add {added} (id);"
    for constraint, definition in declared.constraints.items():
        columns = re.fullmatch(r"unique \((.+)\)", definition)
        if columns is not None and constraint not in live.constraints:
            yield f"alter table {name} add constraint {constraint} {definition};"
    for constraint, expression in checks(declared, live).items():
        valid = " not valid" if constraint in broken else ""
        yield f"alter table {name} add constraint {constraint} check ({expression}){valid};"
    yield from _changed_keys(declared, live)
    for constraint, definition in keys(declared, live, without=without).items():
        valid = " not valid" if constraint in broken else ""
        yield f"alter table {name} add constraint {constraint} {definition}{valid};"
    for index, statement in declared.indexes.items():
        if index not in live.indexes:
            yield statement
    for door in doors:
        yield from door.statements


def policies_for(text: str, declared: Table, live: LiveTable) -> str:
    """Change a unit's policies for a table of the project's: its own grants and triggers stay.

    Args:
        text: the policies as shipped.
        declared: the table as the kind needs it.
        live: the table as it is.

    """
    name = re.escape(f"public.{declared.name}")
    revoke = _revoke(declared)
    if not revoke.search(text):
        raise ValueError(f"the policies of {declared.name} revoke nothing")
    if declared.name == "approach_challenges":
        kept = ["-- the catalogue is the project's: who may write it stays as it is"]
    else:
        kept = [
            f"revoke all on public.{declared.name} from public, anon, authenticated, session_api;",
            *kept_grants(live, set(declared.columns)),
        ]
    text = revoke.sub("\n".join(kept).replace("\\", r"\\"), text)
    for trigger in live.triggers:
        made = re.compile(
            rf"create or replace trigger {re.escape(trigger)} [^;]* on {name}\s[^;]*;"
        )
        text = made.sub(f"-- the project's own trigger {trigger} stays", text)
    return text


def revokes(text: str, declared: Table) -> bool:
    """Return whether policies set a table's grants anew."""
    return _revoke(declared).search(text) is not None


def our_policies(text: str, table: str) -> set[str]:
    """Return the names of the policies that a unit creates on a table."""
    return set(re.findall(rf"create policy (\w+) on public\.{re.escape(table)}\b", text))


def losses(declared: Table, live: LiveTable) -> Iterator[str]:
    """List the browser's privileges that are revoked."""
    if declared.name == "approach_challenges":
        return
    rest = "status and " if declared.name in READ_ONLY else ""
    for role in ("anon", "authenticated", "public"):
        had = sorted(live.grants.get(role, ()))
        if not had:
            continue
        table_wide = [word for word in had if "(" not in word]
        kept = (
            "it keeps none: a page that reads it without signing in needs a view of the project's"
            if role == "anon"
            else "signed-in users keep what the kinds grant, and their privileges on "
            f"{rest}the project's own columns"
        )
        what = f"{', '.join(table_wide)} on the whole table" if table_wide else ", ".join(had)
        yield f"public.{declared.name}: {role} had {what}; {kept}"


def _revoke(declared: Table) -> re.Pattern[str]:
    return re.compile(rf"revoke all on public\.{re.escape(declared.name)} from [^;]+;")


def _changed_keys(declared: Table, live: LiveTable) -> Iterator[str]:
    for key in live.keys:
        on_delete = _on_delete(declared, key)
        if on_delete is not None and on_delete != _ACTIONS[key.action]:
            alter = f"alter table public.{declared.name}"
            definition = _with_action(live.constraints[key.name], on_delete)
            yield f"{alter} drop constraint {quoted(key.name)};"
            yield f"{alter} add constraint {quoted(key.name)} {definition};"


def _on_delete(declared: Table, key: LiveKey) -> str | None:
    """Return what a project's key has to do on delete; `None` if that is up to the project."""
    for column in declared.columns.values():
        if key.columns == [column.name] and key.target == column.references:
            return column.on_delete
    # a key that refuses keeps a composite key of ours, on these columns, from cascading
    for definition in declared.constraints.values():
        ours = _CASCADE.match(definition)
        if ours is None or key.target != ours[2] or key.action not in ("a", "r"):
            continue
        if set(key.columns) <= set(ours[1].split(", ")):
            return "on delete cascade"
    return None


def _with_action(definition: str, on_delete: str) -> str:
    """Change a foreign key's `on delete` alone, in the words of `pg_get_constraintdef`."""
    found = _KEY.fullmatch(definition)
    if found is None:
        raise ValueError(definition)
    return " ".join(part for part in (found[1], on_delete, found[2].strip()) if part)
