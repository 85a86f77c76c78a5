"""`make scale-test` leaves no table out."""

import pytest

from tests.policies.cells import COLUMNS, KEYS, VIEWS
from tests.policies.scale.queries import BROWSER_READS, READS, read
from tests.policies.scale.rows import ROWS

pytestmark = pytest.mark.all_kinds


def test_every_table_is_read_and_has_rows() -> None:
    # keys have no list, and challenges are a short one
    read_at_scale = read([*READS, *BROWSER_READS]) | {KEYS, "approach_challenges"}
    assert set(COLUMNS) - read_at_scale == set(), "scale/queries.py reads none of its rows"
    filled = {table for table in COLUMNS if f"insert into public.{table}" in ROWS}
    assert set(COLUMNS) - filled == {*VIEWS, KEYS}, "scale/rows.py has none of its rows"
