"""Compares the database's catalogue with what the migrations declare."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from psycopg import Connection

from api.doctor import adopted
from api.doctor.declared import Grant, State, declared
from api.doctor.findings import Fault, Finding
from api.doctor.snapshot import described, snapshot
from api.kinds import KINDS, KindName

# Columns, constraints and indexes, which no policy file declares. Since Postgres 18 not-null is a
# constraint too; here it is part of the column.
_TABLES = (
    """
    select format('column %s.%s.%s', relnamespace::regnamespace, relname, attname),
           concat_ws(' ', format_type(atttypid, atttypmod),
                     case when attnotnull then 'not null' end,
                     'default ' || pg_get_expr(adbin, adrelid))
    from pg_catalog.pg_attribute
    join pg_catalog.pg_class on pg_class.oid = attrelid
    left join pg_catalog.pg_attrdef on adrelid = attrelid and adnum = attnum
    where attnum > 0 and not attisdropped and relkind in ('r', 'p')
      and relnamespace in (to_regnamespace('public'), to_regnamespace('session_api'))
    """,
    """
    select format('constraint %I on %s', conname, conrelid::regclass), pg_get_constraintdef(oid)
    from pg_catalog.pg_constraint
    where contype in ('p', 'u', 'f', 'c', 'x') and conrelid <> 0
      and connamespace in (to_regnamespace('public'), to_regnamespace('session_api'))
    """,
    """
    select format('index %s on %s', indexrelid::regclass, indrelid::regclass),
           pg_get_indexdef(indexrelid)
    from pg_catalog.pg_index
    join pg_catalog.pg_class on pg_class.oid = indexrelid
    where relnamespace in (to_regnamespace('public'), to_regnamespace('session_api'))
      and not exists (select from pg_catalog.pg_constraint where conindid = indexrelid)
    """,
)
_CASTS_AND_PARENTHESES = re.compile(r"::(text|character varying)(\[\])?|[()]")
_PUSH = "run `supabase db push --remote`; if that has nothing to push, replay supabase/policies/"


def entries(connection: Connection) -> dict[str, str]:
    """Read the access rules and the tables, in the form of `declared.json`.

    It leaves out what differs between correct databases: comments, Supabase's own roles (`roles`
    checks them), and the owner's privileges, which grew with Postgres's versions.
    """
    # names with their schemas; for the transaction only, since a pooler's connection is shared
    connection.execute("select set_config('search_path', '', true)")
    owners = (" to postgres", " to pg_database_owner", " to supabase_admin")
    return {
        name: text.rpartition(" comment")[0] or text
        for name, text in sorted({**snapshot(connection), **described(connection, _TABLES)}.items())
        if not name.startswith("role ") and not name.endswith(owners)
    }


def unprotected(connection: Connection) -> Iterator[Finding]:
    """Find exposed tables without row-level security, including the project's own."""
    found = connection.execute(
        """
        select format('%I.%I', relnamespace::regnamespace::text, relname)
        from pg_catalog.pg_class
        where relnamespace = to_regnamespace('public')
          and relkind in ('r', 'p')
          and not relrowsecurity
          and not exists (
            -- an extension's table is the extension's business
            select from pg_catalog.pg_depend
            where pg_depend.classid = 'pg_catalog.pg_class'::regclass
              and pg_depend.objid = pg_class.oid
              and deptype = 'e'
          )
        order by relname
        """
    )
    for (table,) in found:
        yield Finding(
            "rls-off",
            f"{table} has no row-level security: every grant on it covers all of its rows",
            f"alter table {table} enable row level security;",
        )


def definitions(live: State, kinds: tuple[KindName, ...]) -> Iterator[Finding]:
    """Find definitions that are missing or differ, and undeclared policies."""
    needed = declared(kinds)
    theirs = adopted.tables(live)
    tables = set(needed.names("relation"))
    for name, text in needed.definitions.items():
        found = live.definitions.get(name)
        table = _table(name)
        if adopted.is_as_good(name, table, found, text, theirs):
            continue
        if table in tables and f"relation {table}" not in live.definitions:
            continue  # reported with the table, which is missing
        if found is None:
            yield Finding("missing", f"{name} is not there", _remedy(name, text))
        elif _comparable(name, found) != _comparable(name, text):
            what = f"{name} differs from the migrations"
            yield Finding("changed", what, _remedy(name, text, again=True))
    for policy in live.names("policy"):
        name, _, table = policy.partition(" on ")
        text = live.definitions[f"policy {policy}"]
        is_further = table in tables and f"policy {policy}" not in needed.definitions
        if is_further and not adopted.is_harmless(text, table, theirs):
            yield Finding(
                "policy-undeclared",
                f"policy {policy} is not declared, and policies add up",
                f'drop policy "{name}" on {table};',
            )


def grants(
    live: State, reachable: frozenset[str], kinds: tuple[KindName, ...]
) -> Iterator[Finding]:
    """Find missing and undeclared privileges.

    Args:
        live: the database's.
        reachable: the roles that a request can have.
        kinds: the kinds whose grants must exist.

    """
    needed = declared(kinds)
    theirs = adopted.tables(live)
    present = _present(live)
    owed = [
        grant
        for grant in needed.grants
        if grant.owner in present and not adopted.is_theirs_to_grant(grant, theirs)
    ]
    missing = _minus(owed, live.grants)
    yield from _by_owner("grant-missing", missing, "lacks", "grant")
    further = live.definitions.keys() - needed.definitions.keys()
    concerned = [
        grant
        for grant in live.grants
        if grant.grantee in reachable
        and not adopted.is_theirs_to_grant(grant, theirs)
        and (
            (grant.owner in _present(needed) and grant.thing not in further)
            or grant.grantee == "session_api"
        )
    ]
    # the grants of a kind that is not served are declared, too
    undeclared = _minus(concerned, declared(tuple(KINDS)).grants)
    yield from _by_owner("grant-undeclared", undeclared, "may, undeclared,", "revoke")


def _present(state: State) -> set[str]:
    return {"schema public", "schema session_api", *state.definitions}


def _minus(these: Iterable[Grant], those: Iterable[Grant]) -> Iterator[Grant]:
    have = {(grant.thing, grant.grantee): grant.privileges for grant in those}
    for grant in these:
        rest = grant.privileges - have.get((grant.thing, grant.grantee), frozenset())
        if rest:
            yield Grant(grant.thing, grant.grantee, rest)


def _by_owner(fault: Fault, found: Iterable[Grant], says: str, verb: str) -> Iterator[Finding]:
    together = defaultdict(list)
    for grant in found:
        together[grant.owner, grant.grantee].append(grant)
    for (owner, grantee), some in sorted(together.items()):
        words = sorted({word.lower() for grant in some for word in grant.privileges})
        statements = sorted(f"{grant.sql(verb)};" for grant in some)
        yield Finding(
            fault, f"{grantee} {says} {', '.join(words)} on {owner}", " ".join(statements)
        )


def _table(name: str) -> str:
    kind, _, thing = name.partition(" ")
    return thing.rpartition(".")[0] if kind == "column" else thing.partition(" on ")[2]


def _remedy(name: str, text: str, *, again: bool = False) -> str:
    kind, _, thing = name.partition(" ")
    thing, table = thing.removesuffix(f" on {_table(name)}"), _table(name)
    match kind:
        case "column" if again:
            return f"alter the column until it is: {text}"
        case "column":
            return f"alter table {table} add column {thing.rpartition('.')[2]} {text};"
        case "constraint":
            make = f"alter table {table} add constraint {thing} {text};"
            drop = f"alter table {table} drop constraint {thing};"
        case "index":
            make, drop = f"{text};", f"drop index {thing};"
        case "trigger":
            make, drop = f"{text};", f"drop trigger {thing} on {table};"
        case _:
            return _PUSH
    return f"{drop} {make}" if again else make


def _comparable(name: str, definition: str) -> str:
    if name.startswith(("constraint ", "index ")):
        # after a dump and restore Postgres puts these elsewhere
        return _CASTS_AND_PARENTHESES.sub("", definition)
    # disabled row-level security has its own finding
    return definition.replace("r rls f ", "r rls t ", 1)
