"""The attacks cover every table, and would notice a leak."""

import pytest

from tests.actors import Sql
from tests.attacks.thief import Thief
from tests.attacks.world import TABLES, Ledger, World, one


def test_every_table_is_attacked(sql: Sql) -> None:
    exposed = one(
        sql,
        "select array_agg(relname::text) from pg_catalog.pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')",
    )
    assert set(TABLES) == set(exposed)


@pytest.mark.parametrize("table", TABLES)
def test_there_is_something_to_steal(sql: Sql, world: World, table: str) -> None:
    assert world.row(sql, table)["id"] == world.key(table)


def test_the_owner_is_told(world: World, stranger: Thief, participant: Thief) -> None:
    """A leak would be noticed: the match partner does read the shared rows."""
    assert world.shared in participant("GET", "/wingman_sessions").text
    with pytest.raises(AssertionError):
        Thief(participant.user, participant.client, stranger.secrets)("GET", "/wingman_sessions")


def test_a_change_would_be_noticed(sql: Sql, world: World) -> None:
    ledger = Ledger(sql)
    before = ledger.read()
    assert ledger.read() == before
    with sql.transaction(force_rollback=True):
        sql.execute(
            "update public.chat_messages set content = content || '!' where id = %s",
            [world.key("chat_messages")],
        )
        assert ledger.read() != before
    assert ledger.read() == before
