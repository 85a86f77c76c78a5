"""Checks: each cell of POLICIES. The policies stand by themselves, whatever is granted."""

from functools import partial

from psycopg import Connection

from tests.policies.actors import MATRIX_ACTORS, POLICY_ACTORS
from tests.policies.cells import call, function, insert_step, relation
from tests.policies.check import Check
from tests.policies.matrix import FUNCTIONS, POLICIES
from tests.policies.rows import (
    ARRANGEMENTS,
    INSERTS,
    REPOINTS,
    TARGETS,
    UPDATES,
    assignments,
    matches,
)
from tests.policies.step import Step, execute, expect, savepoint
from tests.policies.table import Line, lines
from tests.policies.world import named

_EVERYBODY = "anon, authenticated, session_api"
TABLES = tuple(dict.fromkeys(relation(line.subject) for line in lines(POLICIES)))
UNESTIMATED = tuple(
    line.subject
    for line in lines(POLICIES)
    # some users may read some rows, and not all of them all
    if line.verb == "select" and len(set(line.outcomes[1:5])) > 1
)
_VERBS = ("select", "insert", "update", "repoint", "delete")


def policy_lines() -> list[Line]:
    """Give the lines of POLICIES, and those that it leaves out."""
    given = list(lines(POLICIES))
    spoken_of = {(line.subject, line.verb) for line in given}
    return given + [
        Line(table, verb, ("DENY" if verb == "insert" else "EMPTY",) * len(POLICY_ACTORS), ())
        for table in TABLES
        for verb in _VERBS
        if (table, verb) not in spoken_of and (verb != "repoint" or REPOINTS[table])
    ]


def alone(table: str) -> str:
    """Write the statements that leave nothing but the table's own policies."""
    return ";\n".join(
        [
            f"grant all on all tables in schema public to {_EVERYBODY}",
            f"grant usage on schema session_api to {_EVERYBODY}",
            f"grant execute on all functions in schema session_api to {_EVERYBODY}",
            *(
                f"alter table public.{other} disable row level security"
                for other in TABLES
                if other != table
            ),
        ]
    )


def step(line: Line, outcome: str) -> Step:
    name = relation(line.subject)
    table = f"public.{name}"
    here = f"id = '{named(TARGETS[line.subject])}'"
    if line.verb == "select":
        return Step(f"select from {table} where {here}", outcome)
    if line.verb == "insert":
        return insert_step(line.subject, outcome, INSERTS[line.subject])
    if line.verb == "delete":
        return Step(
            f"delete from {table}",
            outcome,
            f"select where not exists (select from {table} where {here})",
        )
    values = (UPDATES if line.verb == "update" else REPOINTS)[name]
    return Step(
        f"update {table} set {assignments(values)}",
        outcome,
        f"select where not exists (select from {table} where {here} and not ({matches(values)}))",
    )


def _try(line: Line, connection: Connection) -> None:
    with savepoint(connection):
        if line.verb == "insert" and line.subject in ARRANGEMENTS:
            execute(connection, named(ARRANGEMENTS[line.subject]))
        execute(connection, alone(relation(line.subject)))
        for actor, outcome in zip(POLICY_ACTORS, line.outcomes, strict=True):
            expect(connection, actor, step(line, outcome))


def _call(line: Line, connection: Connection) -> None:
    with savepoint(connection):
        execute(connection, "grant usage on schema session_api to anon, service_role")
        for actor, outcome in zip(MATRIX_ACTORS, line.outcomes, strict=True):
            if outcome == "DENY":
                expect(connection, actor, Step(call(line.subject), outcome))
                # a function that calls another would be refused by that one as well
                signature = line.subject.split("  ")[0]
                asked = f"select where has_function_privilege('{signature}', 'execute')"
                expect(connection, actor, Step(asked, "EMPTY"))


CHECKS = [
    *(
        Check(
            f"policies alone: {line.subject} {line.verb}",
            frozenset({relation(line.subject), line.verb}),
            partial(_try, line),
        )
        for line in policy_lines()
    ),
    # execute by itself: who lacks it is refused even where they may use the schema
    *(
        Check(
            f"execute alone: {function(line.subject)}",
            frozenset({function(line.subject)}),
            partial(_call, line),
        )
        for line in lines(FUNCTIONS)
    ),
]
