"""The database's own account of itself, beside what the migrations declare."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from psycopg import Connection

from api.doctor.declared import Grant, State, declared
from api.doctor.findings import Fault, Finding
from api.local.catalog import snapshot

_PUSH = "run `supabase db push --remote`; if that has nothing to push, replay supabase/policies/"


def entries(connection: Connection) -> dict[str, str]:
    """Read what decides access, as `declared.json` holds it, in the connection's transaction.

    Left out is what differs between good databases: comments, Supabase's own roles (`roles` looks
    at them), and the owner's rights, which grew with Postgres's versions.
    """
    # names with their schemas; for the transaction, since a pooler's connection is others' too
    connection.execute("select set_config('search_path', '', true)")
    owners = (" to postgres", " to pg_database_owner", " to supabase_admin")
    return {
        name: text.rpartition(" comment")[0] or text
        for name, text in sorted(snapshot(connection).items())
        if not name.startswith("role ") and not name.endswith(owners)
    }


def unprotected(connection: Connection) -> Iterator[Finding]:
    """Find exposed tables without row-level security, whoever made them."""
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
            f"{table} has no row-level security: every grant on it is for all of its rows",
            f"alter table {table} enable row level security;",
        )


def definitions(live: State) -> Iterator[Finding]:
    """Find what is not there or not the same, and policies too many."""
    for name, text in declared().definitions.items():
        found = live.definitions.get(name)
        # a trigger's text is the statement that makes it; no policy file does
        is_trigger = name.startswith("trigger ")
        if found is None:
            yield Finding("missing", f"{name} is not there", f"{text};" if is_trigger else _PUSH)
        elif _protected(found) != _protected(text):
            remedy = f"drop {name}; {text};" if is_trigger else _PUSH
            yield Finding("changed", f"{name} is not as the migrations made it", remedy)
    tables = set(declared().names("relation"))
    for policy in live.names("policy"):
        name, _, table = policy.partition(" on ")
        if table in tables and f"policy {policy}" not in declared().definitions:
            yield Finding(
                "policy-undeclared",
                f"policy {policy} is not declared, and policies add up",
                f'drop policy "{name}" on {table};',
            )


def grants(live: State, reachable: frozenset[str]) -> Iterator[Finding]:
    """Find privileges that are missing, and such as nobody declared.

    Args:
        live: what the database has.
        reachable: the roles that a request can have.

    """
    needed = [grant for grant in declared().grants if grant.owner in _present(live)]
    missing = _minus(needed, live.grants)
    yield from _by_owner("grant-missing", missing, "lacks", "grant")
    concerned = [
        grant
        for grant in live.grants
        if grant.grantee in reachable
        and (grant.owner in _present(declared()) or grant.grantee == "session_api")
    ]
    undeclared = _minus(concerned, declared().grants)
    yield from _by_owner("grant-undeclared", undeclared, "may, undeclared,", "revoke")


def _present(state: State) -> set[str]:
    return {"schema public", "schema private", *state.definitions}


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


def _protected(definition: str) -> str:
    # row-level security that is off has a finding of its own
    return definition.replace("r rls f ", "r rls t ", 1)
