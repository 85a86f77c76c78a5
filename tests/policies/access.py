"""Checks: each cell of MATRIX, FUNCTIONS and SCHEMAS, as deployed."""

from contextlib import nullcontext
from functools import partial

from psycopg import Connection

from tests.policies.actors import MATRIX_ACTORS, ROLE_ACTORS, Actor
from tests.policies.cells import call, function, matrix_lines, relation, steps
from tests.policies.check import Check
from tests.policies.matrix import FUNCTIONS, SCHEMAS
from tests.policies.rows import ARRANGEMENTS
from tests.policies.step import Step, execute, expect, savepoint
from tests.policies.table import all_lines, lines
from tests.policies.world import named

_HAS_USAGE = {
    "session_api": "select 'session_api.caller_id()'::regprocedure",
    "public": "select 'public.session_api_idempotency_keys'::regclass",
}


def _try(actor: Actor, tries: list[Step], arrangement: str | None, connection: Connection) -> None:
    with savepoint(connection) if arrangement else nullcontext():
        if arrangement:
            execute(connection, named(arrangement))
        for step in tries:
            expect(connection, actor, step)


def _matrix() -> list[Check]:
    return [
        Check(
            f"{line.subject} {line.verb} ({' '.join(line.words)}) as {actor.name}",
            frozenset({relation(line.subject), line.verb, actor.role}),
            partial(
                _try,
                actor,
                steps(line, index),
                ARRANGEMENTS.get(line.subject) if line.verb == "insert" else None,
            ),
        )
        for line in matrix_lines()
        for index, actor in enumerate(MATRIX_ACTORS)
    ]


def _functions() -> list[Check]:
    return [
        Check(
            f"call {function(line.subject)} as {actor.name}",
            frozenset({function(line.subject), actor.role}),
            partial(_try, actor, [Step(call(line.subject), line.outcomes[index])], None),
        )
        for line in lines(FUNCTIONS)
        for index, actor in enumerate(MATRIX_ACTORS)
    ]


def schema_step(schema: str, verb: str, outcome: str) -> Step:
    if verb == "usage":
        return Step(_HAS_USAGE[schema], outcome)
    return Step(
        f"create table {schema}.made ()",
        outcome,
        f"select from pg_catalog.pg_tables where schemaname = '{schema}' and tablename = 'made'",
    )


def _schemas() -> list[Check]:
    return [
        Check(
            f"{line.verb} of schema {line.subject} as {actor.role}",
            frozenset({line.subject, line.verb, actor.role}),
            partial(_try, actor, [schema_step(line.subject, line.verb, outcome)], None),
        )
        for line in all_lines(SCHEMAS)
        for actor, outcome in zip(ROLE_ACTORS, line.outcomes, strict=True)
    ]


CHECKS = [*_matrix(), *_functions(), *_schemas()]
