"""The project's own policies on an adopted table: which are kept, changed or dropped."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import psycopg
from psycopg import Connection, sql

from api.doctor.conditions import depends_on_caller
from api.install.live import LivePolicy, LiveTable, Survey
from api.install.quoting import quoted
from api.install.rows import READ_ONLY

_BROWSER = {"public", "anon", "authenticated"}
_CATALOGUE = "approach_challenges"
_SAMPLE = 1000  # rows


@dataclass(frozen=True)
class Door:
    """A policy of the project, what it allows, and what happens to it.

    `statements` are what the migration does about it; none when it is kept as it is.
    """

    table: str
    policy: LivePolicy
    lets: str
    becomes: str
    statements: list[str]


def doors(
    connection: Connection,
    live: LiveTable,
    survey: Survey,
    our_names: set[str],
    adopted: frozenset[str],
) -> Iterator[Door]:
    """Judge each of the project's policies on a table.

    Args:
        connection: reads rows, as a stranger would be shown them.
        live: the table.
        survey: for the roles that a `public` policy really is for.
        our_names: the policies that the migration makes on it.
        adopted: the tables that are or become the kinds', with their schema.

    """
    name = f"public.{live.name}"
    for policy in live.policies:
        its = quoted(policy.name)
        lets = _lets(policy)
        if _is_open(connection, live, policy, adopted):
            yield Door(
                live.name,
                policy,
                f"{lets}, for everyone",
                "dropped: it shows users rows that are not theirs",
                [f"drop policy {its} on {name};"],
            )
            continue
        statements = []
        becomes = []
        is_writing = policy.command != "select" and _BROWSER & set(policy.roles)
        if is_writing and policy.permissive and live.name not in READ_ONLY:
            becomes.append("kept, but the browser loses its privileges on our columns")
        elif is_writing and policy.permissive and live.name != _CATALOGUE:
            becomes.append("kept, but the browser cannot change who belongs to a match")
        else:
            becomes.append("kept")
        if policy.permissive and "anon" in policy.roles and live.name != _CATALOGUE:
            becomes.append("anon has no privilege on the table any more, so it gives anon nothing")
        if policy.permissive and live.name == _CATALOGUE and policy.command in ("select", "all"):
            becomes.append("the kind's own policy shows signed-in users every challenge")
        if policy.permissive and "public" in policy.roles and live.name != _CATALOGUE:
            roles = ", ".join(quoted(role) for role in survey.roles or ["anon", "authenticated"])
            statements.append(f"alter policy {its} on {name} to {roles};")
            becomes.append("no longer applies to the API's role, which `public` includes")
        if policy.name in our_names:
            renamed = quoted(f"{policy.name}_of_project"[:63])
            statements.append(f"alter policy {its} on {name} rename to {renamed};")
            becomes.append(f"renamed to {renamed}, because one of ours has its name")
        yield Door(live.name, policy, lets, "; ".join(becomes), statements)


def own_columns(live: LiveTable, declared: set[str]) -> list[str]:
    """Return the columns that the project has added."""
    return [name for name in live.columns if name not in declared]


def kept_grants(live: LiveTable, declared: set[str]) -> Iterator[str]:
    """Write the grants on the project's own columns, and the API's on their sequences."""
    granted = live.grants.get("authenticated", set()) | live.grants.get("public", set())
    own = own_columns(live, declared)
    for privilege in ("select", "insert", "update"):
        columns = [c for c in own if privilege in granted or f"{privilege} ({c})" in granted]
        if columns:
            listed = ", ".join(quoted(column) for column in columns)
            yield f"grant {privilege} ({listed}) on public.{live.name} to authenticated;"
    if live.name == "wingman_matches":
        # accepting and declining is the project's own business, and whose a match is is not
        for privilege, column in (("update", "status"), ("insert", "status")):
            if privilege in granted or f"{privilege} ({column})" in granted:
                columns = (
                    [c for c in declared if c in ("user1_id", "user2_id", "status")]
                    if privilege == "insert"
                    else [column]
                )
                listed = ", ".join(sorted(columns))
                yield f"grant {privilege} ({listed}) on public.{live.name} to authenticated;"
    if live.name not in READ_ONLY:
        for sequence in live.sequences:
            yield f"grant usage on sequence {sequence} to session_api;"


def _is_open(
    connection: Connection, live: LiveTable, policy: LivePolicy, adopted: frozenset[str]
) -> bool:
    is_read = policy.command in ("select", "all") and _BROWSER & set(policy.roles)
    if not is_read or not policy.permissive or live.name == _CATALOGUE:
        return False
    condition = policy.using or "true"
    if not depends_on_caller(condition, f"public.{live.name}", adopted):
        return True
    source = sql.Identifier("public", live.name)
    if not _shows_a_stranger(connection, source, condition):
        return False
    if "SELECT" not in condition or " OR " in condition:
        return True
    # what a sub-select finds depends on other tables' policies, which hold for the browser's role:
    # so it is asked as that role, of rows that were read without
    sample = connection.execute(
        sql.SQL(
            "select coalesce(jsonb_agg(one), '[]')::text from (select * from {} limit {}) as one"
        ).format(source, _SAMPLE)
    ).fetchone()
    rows = sql.SQL("jsonb_populate_recordset(null::{}, {}) as {}").format(
        source, sql.Literal(sample[0] if sample else "[]"), sql.Identifier(live.name)
    )
    return _shows_a_stranger(connection, rows, condition, role="authenticated")


def _shows_a_stranger(
    connection: Connection, source: sql.Composable, condition: str, *, role: str | None = None
) -> bool:
    """Ask as nobody whom the project knows; with a role, an error counts as being shown."""
    claims = {"sub": str(uuid4()), "role": "authenticated", "aud": "authenticated"}
    statement = sql.SQL("select exists (select from {} where {})").format(
        source, sql.SQL(condition)
    )
    try:
        with connection.transaction(force_rollback=True):
            if role is not None:
                connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
            for name, value in (
                ("request.jwt.claims", json.dumps(claims)),
                ("request.jwt.claim.sub", claims["sub"]),
                ("request.jwt.claim.role", claims["role"]),
            ):
                connection.execute("select set_config(%s, %s, true)", [name, value])
            row = connection.execute(statement).fetchone()
    except psycopg.Error:
        return role is not None
    return row is not None and bool(row[0])


def _lets(policy: LivePolicy) -> str:
    kind = "lets" if policy.permissive else "restricts"
    clauses = []
    if policy.using is not None:
        clauses.append(f"using {' '.join(policy.using.split())}")
    if policy.check is not None:
        clauses.append(f"with check {' '.join(policy.check.split())}")
    return f"{kind} {', '.join(policy.roles)} {policy.command} {' '.join(clauses)}"
