"""The SQL that undoes an installation: the project's own objects are then as before."""

import re
from collections.abc import Iterator, Sequence

from api.install import adoption
from api.install.doors import Door
from api.install.live import LivePolicy, LiveTable
from api.install.quoting import quoted, role
from api.install.rows import Legacy
from api.install.shipped import Migration, Table

_REVOKED = ("public", "anon", "authenticated")

BASE = """\
drop schema if exists session_api cascade;
drop table if exists public.session_api_idempotency_keys;
do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'session_api') then
    -- on PostgreSQL 16 and newer, who made a role need not have its rights
    grant session_api to current_user;
    drop owned by session_api;
    begin
      drop role session_api;
    exception when dependent_objects_still_exist then
      raise notice 'the role session_api stays: another database has it too';
    end;
  end if;
end
$$;"""


def unit(migration: Migration, made: Sequence[str]) -> Iterator[str]:
    """Drop a kind's functions and views; name the tables that it made, which stay.

    Args:
        migration: the kind's.
        made: its tables that were not there before.

    """
    yield from (f"drop view if exists public.{view};" for view in sorted(migration.views))
    for function in sorted(migration.functions):
        yield f"drop function if exists public.{function};"
    if made:
        listed = ", ".join(f"public.{name}" for name in made)
        yield f"-- ours, with its rows; nobody but the owner reads it: drop table {listed};"


def table(
    declared: Table,
    live: LiveTable,
    legacy: Sequence[Legacy],
    doors: Sequence[Door],
    ours: set[str],
    *,
    without: str = "",
) -> Iterator[str]:
    """Take back what was changed on one of the project's tables.

    Columns that were added stay, with their values, and so do unique constraints, which the columns
    `id` and owner imply.

    Args:
        declared: what the kind needs.
        live: the table as it was.
        legacy: as for `adoption.adopt`.
        doors: what became of the project's policies.
        ours: the names of the policies that were made.
        without: as for `adoption.adopt`.

    """
    name = f"public.{live.name}"
    yield f"-- {name}"
    yield from (f"drop policy if exists {policy} on {name};" for policy in sorted(ours))
    for door in doors:
        yield from _policy(name, door)
    if not live.has_row_security:
        yield f"alter table {name} disable row level security;"
    yield from _grants(name, live)
    for made in adoption.adopt(declared, live, legacy, [], without=without):
        yield from _reverse(name, live, made)
    if not live.is_published:
        yield (
            "do $$ begin if exists (select from pg_catalog.pg_publication_tables where "
            f"pubname = 'supabase_realtime' and schemaname = 'public' and tablename = '{live.name}'"
            f") then alter publication supabase_realtime drop table {name}; end if; end $$;"
        )


def _reverse(name: str, live: LiveTable, statement: str) -> Iterator[str]:
    """Take back one statement of `adoption.adopt`."""
    head = f"alter table {name} "
    index = re.match(r"create (?:unique )?index (\w+) ", statement)
    default = re.fullmatch(r"(alter column \S+) set default .+;", statement.removeprefix(head))
    needed = re.fullmatch(r"(alter column \S+) set not null;", statement.removeprefix(head))
    added = re.match(r'add constraint ("(?:[^"]|"")+"|\w+) (unique)?', statement.removeprefix(head))
    if index is not None:
        yield f"drop index if exists public.{index[1]};"
    elif default is not None:
        yield f"{head}{default[1]} drop default;"
    elif needed is not None:
        yield f"{head}{needed[1]} drop not null;"
    elif added is not None and not added[2]:
        yield f"{head}drop constraint if exists {added[1]};"
        before = live.constraints.get(added[1].strip('"').replace('""', '"'))
        if before is not None:
            yield f"{head}add constraint {added[1]} {before};"


def _policy(name: str, door: Door) -> Iterator[str]:
    policy = door.policy
    given = quoted(policy.name)
    if any(statement.startswith("drop policy ") for statement in door.statements):
        yield f"drop policy if exists {given} on {name};"
        yield _create(name, policy)
    for statement in door.statements:
        renamed = re.fullmatch(r"alter policy .+ rename to (.+);", statement)
        if renamed is not None:
            yield f"alter policy {renamed[1]} on {name} rename to {given};"
    if any(
        statement.startswith(f"alter policy {given} on {name} to ") for statement in door.statements
    ):
        yield f"alter policy {given} on {name} to {', '.join(map(role, policy.roles))};"


def _create(name: str, policy: LivePolicy) -> str:
    clauses = ["as permissive" if policy.permissive else "as restrictive", f"for {policy.command}"]
    clauses.append(f"to {', '.join(map(role, policy.roles))}")
    if policy.using is not None:
        clauses.append(f"using ({policy.using})")
    if policy.check is not None:
        clauses.append(f"with check ({policy.check})")
    return f"create policy {quoted(policy.name)} on {name} {' '.join(clauses)};"


def _grants(name: str, live: LiveTable) -> Iterator[str]:
    yield f"revoke all on {name} from {', '.join(_REVOKED)};"
    for grantee in _REVOKED:
        for privilege in sorted(live.grants.get(grantee, ())):
            verb, _, column = privilege.partition(" (")
            on = f" ({quoted(column.removesuffix(')'))})" if column else ""
            yield f"grant {verb}{on} on {name} to {role(grantee)};"
