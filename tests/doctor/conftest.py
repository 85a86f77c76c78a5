"""A stack that is well until a test makes it ill."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest

from api.doctor.examination import examine
from api.doctor.findings import Check, Finding
from api.settings import Settings
from local import migrations
from tests.actors import Sql
from tests.stacks import Spare

DATABASE = object()
"""Stands for the stack's own database."""


@dataclass
class Patient:
    """A deployment on a stack with everybody's demo data in it."""

    stack: Spare
    sql: Sql

    def settings(self, **changes: object) -> Settings:
        """What a healthy deployment has, and `changes`."""
        healthy = {
            "environment": "development",
            "supabase_url": self.stack.url,
            "postgrest_url": self.stack.postgrest_url,
            "supabase_jwt_secret": self.stack.jwt_secret,
            "supabase_publishable_key": self.stack.anon_key,
        }
        return Settings.model_validate({**healthy, **changes})

    def checks(
        self,
        database: object = DATABASE,
        clock: Callable[[], float] = time.time,
        **changes: object,
    ) -> list[Check]:
        """Examine it."""
        url = self.stack.database_url if database is DATABASE else database
        assert url is None or isinstance(url, str)
        return list(examine(self.settings(**changes), url, clock))

    def findings(self, **options: object) -> list[Finding]:
        """Examine it, and return everything that is wrong."""
        checks = self.checks(**options)  # type: ignore[arg-type]
        return [finding for check in checks for finding in check.findings]


@pytest.fixture(scope="session")
def ward(spare: Spare) -> Spare:
    """The stack with demo data: without rows, nobody could see too much."""
    migrations.seed(spare.database_url)
    return spare


@pytest.fixture
def patient(ward: Spare) -> Iterator[Patient]:
    """A deployment that is healthy, and has to be so again."""
    with psycopg.connect(ward.database_url, autocommit=True) as sql:
        yield Patient(ward, sql)
