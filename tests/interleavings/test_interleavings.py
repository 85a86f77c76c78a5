"""Two or three requests at the same time, in every order: it is as if one came after the other.

With direct connections the order is that of statements and commits, through PostgREST that of
transactions. `make orders` plays those of two requests by both backends and those of three through
PostgREST: of two statements that wait for the same row, Postgres lets go on whichever wakes first,
so that no order of three could be played again. Here those of two requests are played by direct
connections, whose orders include PostgREST's.
"""

import asyncio
from collections.abc import Callable
from itertools import product
from unittest.mock import patch

import pytest

from api.database import direct
from local.project import Project
from tests.actors import Sql
from tests.interleavings.play import checked
from tests.interleavings.stories import STORIES, THREE, Story
from tests.steps.site import FOR_EVER

RecordProperty = Callable[[str, object], None]


def orders(stack: Project, sql: Sql, backend: str, story: Story) -> int:
    with patch.object(direct, "LONGEST_COMMIT", FOR_EVER):  # what waits for its turn may wait long
        return asyncio.run(checked(stack, sql, backend, story))


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_two_requests(stack: Project, sql: Sql, story: Story) -> None:
    assert orders(stack, sql, "postgres", story) > 1


@pytest.mark.orders
@pytest.mark.parametrize(
    ("by", "story"),
    [*product(["postgrest", "postgres"], STORIES), *product(["postgrest"], THREE)],
    ids=str,
)
def test_every_story(
    stack: Project, sql: Sql, record_property: RecordProperty, by: str, story: Story
) -> None:
    count = orders(stack, sql, by, story)
    assert count > 1
    record_property("orders", [by, count])
