"""The rows to steal: one of an owner's in every table, and a match partner's."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.actors import Sql, User, new_challenge, new_user
from tests.policies.tables import FACTS, UNIT_OF

_TEMPLATE = (Path(__file__).parent / "world.sql").read_text()

_HERE = set(re.findall(r"insert into public\.(\w+)", _TEMPLATE))
# For a table that is not in world.sql: the rows of its policy tests, with secrets in them. The
# stranger owns nothing here, so the stranger's rows there belong to another user.
_OTHERS = "".join(
    facts.rows.replace("'Mine'", "'{own}'").replace("'{stranger}'", "'{somebody}'")
    for name, facts in FACTS.items()
    if name not in _HERE and UNIT_OF[name] not in ("base", "wingman")
)
_ALL = _TEMPLATE + _OTHERS
# each table of the exposed schema, with the name of the owner's row in it; the view last
TABLES = {
    "user_profiles": "owner",
    "approach_challenges": "challenge1",
    **dict(re.findall(r"insert into public\.(\w+)[^;]*?\bvalues\s*\(\s*'\{(\w+)\}'", _ALL)),
    "wingman_session_details": "wingman",
}
# open to every user, so that there is nothing in it to steal
CATALOGUE = "approach_challenges"
PERSONAL = tuple(table for table in TABLES if table != CATALOGUE)
# the API's own, where users find not even what is theirs
CLOSED = "session_api_idempotency_keys"
SHARED = ("user_profiles", "wingman_matches", "wingman_sessions", "wingman_session_details")


@dataclass(frozen=True)
class World:
    """The owner, their match partner, a stranger to both, and the owner's rows."""

    owner: User
    participant: User
    stranger: User
    ids: dict[str, str]  # of the rows, by their names in world.sql
    own: str  # in every text that is the owner's alone
    shared: str  # in every text that the match partner may read

    def key(self, table: str) -> str:
        """The id of the owner's row."""
        return self.ids[TABLES[table]]

    def row(self, sql: Sql, table: str) -> dict[str, Any]:
        """The owner's row as it is."""
        found: dict[str, Any] = one(
            sql, f"select to_jsonb(it) from public.{table} as it where id = %s", [self.key(table)]
        )
        return found

    def secrets(self, thief: User) -> tuple[str, ...]:
        """The words that no answer to `thief` may contain."""
        return (self.own,) if thief is self.participant else (self.own, self.shared)


def new_world(sql: Sql, jwt_secret: str) -> World:
    """Create all of it again."""
    owner, participant, stranger, somebody = (new_user(sql, jwt_secret) for _ in range(4))
    mark = uuid4().hex
    own, shared = f"own{mark}", f"shared{mark}"
    ids = {name: str(uuid4()) for name in re.findall(r"\{(\w+)\}", _ALL)} | {
        "owner": str(owner.id),
        "participant": str(participant.id),
        "stranger": str(stranger.id),
        "somebody": str(somebody.id),
        "challenge1": str(new_challenge(sql, 10)),
        "challenge2": str(new_challenge(sql, 20)),
        "own": own,
        "shared": shared,
    }
    sql.execute(re.sub(r"\{(\w+)\}", lambda name: ids[name[1]], _ALL).encode())
    return World(owner, participant, stranger, ids, own, shared)


def one(sql: Sql, query: str, values: Sequence[object] = ()) -> Any:
    """The one value that `query` finds."""
    found = sql.execute(query.encode(), values).fetchone()
    assert found is not None
    return found[0]


def columns(sql: Sql, table: str) -> list[str]:
    """The columns of a table or view, as the catalog has them."""
    found: list[str] = one(
        sql,
        "select array_agg(attname::text order by attnum) from pg_catalog.pg_attribute"
        " where attrelid = %s::regclass and attnum > 0 and not attisdropped",
        [f"public.{table}"],
    )
    return found


class Ledger:
    """One checksum of each table's rows: equal ledgers mean that nothing changed."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql
        self._written: object = None
        self._checksums: dict[str, str] = {}

    def read(self) -> dict[str, str]:
        """The checksums by table, computed again only if the server has written anything since."""
        # every change is in its log first; and so is much that changes no row
        written = one(self._sql, "select pg_catalog.pg_current_wal_insert_lsn()::text")
        if written != self._written:
            self._checksums = self._sum()
            self._written = written
        return self._checksums

    def _sum(self) -> dict[str, str]:
        tables = self._sql.execute(
            "select format('%I.%I', schemaname, tablename) from pg_catalog.pg_tables"
            " where schemaname in ('public', 'session_api', 'auth')"
        ).fetchall()
        return {
            table: one(
                self._sql,
                "select coalesce(md5(string_agg(line, '' order by line)), '')"
                f" from (select md5(it::text) as line from {table} as it) as lines",
            )
            for (table,) in tables
        }
