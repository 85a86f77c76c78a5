"""Checks: what one read through PostgREST may ask for, in PostgREST's own words."""

from collections.abc import Iterable

from psycopg import Connection

from tests.policies.actors import OWNER
from tests.policies.check import Checks
from tests.policies.functions import HIJACK, acting
from tests.policies.policies import UNESTIMATED
from tests.policies.step import refusal, savepoint
from tests.policies.world import named

CHECKS = Checks()

_TOO_MUCH = ("54001", None)


def _read(table: str, columns: Iterable[str], embedded: str = "", filters: str = "") -> str:
    relation = f'"public"."{table}"'
    named_columns = ", ".join(f'{relation}."id"{column}' for column in columns)
    return (
        f"WITH pgrst_source AS ( SELECT {named_columns} FROM {relation} {embedded} {filters} )"
        " SELECT count(*) FROM pgrst_source"
    )


def _embedded(table: str, depth: int, name: str) -> str:
    return (
        f'LEFT JOIN LATERAL ( SELECT "{table}_{depth}"."id" FROM "public"."{table}"'
        f' AS "{table}_{depth}" ) AS "{name}" ON TRUE'
    )


def _cast(table: str, kind: str) -> str:
    own = f'CAST( "public"."{table}"."id"::text AS {kind} ) AS "a"'
    return f'WITH pgrst_source AS ( SELECT {own} FROM "public"."{table}" ) SELECT FROM pgrst_source'


def _path_into_a_text(table: str) -> str:
    columns = ", ".join(f'to_jsonb("public"."{table}"."id")->0 AS "a{n}"' for n in range(3))
    return (
        f'WITH pgrst_source AS ( SELECT {columns} FROM "public"."{table}" )'
        " SELECT FROM pgrst_source"
    )


def _written(table: str, verb: str) -> str:
    """Return a read with a write's words in front: not every table can be written."""
    own = f'"public"."{table}"'
    return (
        f"WITH pgrst_source AS ( SELECT 1 AS x /* {verb} {own} SET */ )"
        f" SELECT FROM pgrst_source {_embedded(table, 1, 'a')}"
    )


def _too_much(table: str) -> list[str]:
    own = f'"public"."{table}"."id"'
    return [
        _read(table, [""], _embedded(table, 2, "a")),
        _read(table, [""], _embedded(table, 1, "a")),
        _read(table, [f' AS "a{number}"' for number in range(3)]),
        _read(table, ["", "", ""]),
        _read(table, ["", ' AS "a"', ""]),
        _read(table, ["::text" * number + ' AS "a"' for number in range(13)]),
        _read(table, [""], filters=f"WHERE {' OR '.join([f'{own} IS NULL'] * 12)}"),
        *(_cast(table, kind) for kind in ("regrole", "RegRole", "numeric", "jsonb", "float8")),
        _path_into_a_text(table),
        _written(table, "UPDATE"),
        _written(table, "INSERT INTO"),
        _read(table, [f' AS "{"a" * 8000}"']),
    ]


def _usual(table: str) -> list[str]:
    own = f'"public"."{table}"."id"'
    other = next(it for it in UNESTIMATED if it != table)
    siblings = f"{_embedded(other, 1, 'a')} {_embedded(other, 1, 'b')}"
    return [
        _read(table, [""], siblings),
        _read(table, ["", ' AS "a"'], filters=f"WHERE {own} IS NOT NULL"),
        _read(table, [""], filters=f"WHERE {' OR '.join([f'{own} IS NULL'] * 8)}"),
        *(_cast(table, kind) for kind in ("text", "TEXT", "uuid")),
        # not PostgREST's: the words say nothing there
        f"/**/ {_too_much(table)[0]}",
    ]


@CHECKS.about("session_api.is_bounded_read", *UNESTIMATED)
def one_read_is_bounded(db: Connection) -> None:
    for table in UNESTIMATED:
        with acting(db, OWNER):
            for statement in _too_much(table):
                assert refusal(db, statement) == _TOO_MUCH, statement[:300]
            for statement in _usual(table):
                assert refusal(db, statement) is None, statement[:300]


@CHECKS.about("session_api.is_bounded_read")
def the_bound_of_a_read_cannot_be_hijacked(db: Connection) -> None:
    with savepoint(db):
        db.execute(named(HIJACK).encode())
        db.execute(
            b"create function evil.never(text, text) returns boolean language sql as 'select true';"
            b"create operator evil.!~~ (function = evil.never, leftarg = text, rightarg = text)"
        )
        with acting(db, OWNER):
            for statement in _too_much(UNESTIMATED[0]):
                assert refusal(db, statement) == _TOO_MUCH, statement[:300]
