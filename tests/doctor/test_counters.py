"""Whether chat sessions' counters match: asked of every row, or not at all."""

import psycopg
import pytest

from api.doctor.counters import findings
from api.doctor.findings import NotCheckedError
from local.project import Project

pytestmark = pytest.mark.all_kinds


def test_a_role_that_may_not_read_every_row(stack: Project) -> None:
    with psycopg.connect(stack.database_url) as connection:
        connection.execute("set role authenticated")
        with pytest.raises(NotCheckedError, match="may not read every chat message"):
            list(findings(connection))
