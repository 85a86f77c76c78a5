"""`CELLS` and `CELL_CLAIM`: which are refused, and that no address is shown."""

import json
from typing import Any

import pytest
from pydantic import SecretStr

from api.settings import Settings
from tests.settings.values import DEVELOPMENT, PRODUCTION, refusal

DIRECT = "postgresql://session_api_login:hunter2hunter2@db.internal:5432/postgres"
REST = "https://west.example.com/rest/v1"
BOTH = {"east": {"API_DATABASE_URL": DIRECT}, "west": {"POSTGREST_URL": REST}}


def made(**values: Any) -> Settings:
    return Settings(**{**PRODUCTION, "cells": json.dumps(BOTH), **values})


@pytest.mark.parametrize(
    "cells",
    [
        "",
        "east",
        "[]",
        "{}",
        "null",
        '{"east": null}',
        '{"east": {}}',
        '{"east": "postgresql://hunter2hunter2"}',
        '{"east": {"API_DATABASE_URL": 1}}',
        '{"east": {"POSTGREST_URL": "hunter2hunter2"}}',
        '{"east": {"POSTGREST_URL": "https://hunter2hunter2", "SECRET": "x"}}',
        json.dumps({"east": {"API_DATABASE_URL": DIRECT, "POSTGREST_URL": REST}}),
        json.dumps({"East": BOTH["east"]}),
        json.dumps({"": BOTH["east"]}),
        json.dumps({"a" * 41: BOTH["east"]}),
        json.dumps(BOTH)[:-1] + ', "east": {"POSTGREST_URL": "https://hunter2hunter2"}}',
        "[" * 100_000,
    ],
    ids=lambda it: it[:30],
)
def test_not_cells(cells: str) -> None:
    message = refusal(**PRODUCTION, cells=cells)
    assert "CELLS is not a JSON object of cells" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ({"API_DATABASE_URL": "hunter2hunter2"}, "is not a Postgres URL"),
        ({"API_DATABASE_URL": DIRECT.replace(".internal", ".example.com")}, "without sslmode"),
        (
            {"API_DATABASE_URL": DIRECT.replace("session_api_login", "postgres")},
            "not the API's own",
        ),
        ({"POSTGREST_URL": REST.replace("https", "http")}, "in the clear"),
        (
            {"POSTGREST_URL": REST, "SUPABASE_PUBLISHABLE_KEY": "sb_secret_hunter2hunter2"},
            "bypasses row-level security",
        ),
    ],
)
def test_a_cell_is_as_safe_as_a_project(cell: dict[str, str], problem: str) -> None:
    message = refusal(**PRODUCTION, cells=json.dumps({**BOTH, "south": cell}))
    assert "CELLS, south: " in message
    assert problem in message
    assert "CELLS, east" not in message
    assert "hunter2" not in message


def test_who_signs_the_tokens() -> None:
    """Direct connections need no token of the API's own, PostgREST does."""
    hosted: dict[str, Any] = {
        "environment": "development",
        "supabase_url": "https://abcdefgh.supabase.co",
    }
    east = json.dumps({"east": BOTH["east"]})
    assert Settings(**hosted, cells=east).supabase_jwt_secret is None
    assert "CELLS, west: SUPABASE_JWT_SECRET" in refusal(**hosted, cells=json.dumps(BOTH))


def test_not_beside_a_single_database() -> None:
    assert "both set" in refusal(**PRODUCTION, cells=json.dumps(BOTH), api_database_url=DIRECT)


def test_replicas_are_a_cells_own() -> None:
    """As well as what they need: direct connections, and Redis."""
    east = {**BOTH["east"], "API_READ_DATABASE_URL": DIRECT.replace("db.", "standby.")}
    cells = json.dumps({**BOTH, "east": east})
    redis = {"rate_limit_storage": "redis://redis:6379/0"}
    settings = made(cells=cells, **redis)
    assert len(settings.of_cell("east").replica_urls) == 1
    assert settings.of_cell("west").replica_urls == []
    assert "CELLS, east: API_READ_DATABASE_URL" in refusal(**PRODUCTION, cells=cells)
    wrong = {**BOTH["west"], "API_READ_DATABASE_URL": DIRECT}
    assert "needs API_DATABASE_URL" in refusal(
        **PRODUCTION, cells=json.dumps({"a": wrong}), **redis
    )


def test_settings_of_a_cell() -> None:
    settings = made()
    east, west = settings.of_cell("east"), settings.of_cell("west")
    assert isinstance(east.api_database_url, SecretStr)
    assert east.api_database_url.get_secret_value() == DIRECT
    assert (west.api_database_url, west.postgrest_url) == (None, REST)
    assert west.supabase_publishable_key == PRODUCTION["supabase_publishable_key"]
    assert (east.cells, east.supabase_url) == ({}, settings.supabase_url)


def test_addresses_do_not_show() -> None:
    settings = made()
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump()}"


@pytest.mark.parametrize(
    "claim", ["", "a.b.c", "user_metadata.cell", "user_metadata", ".cell", "app metadata", "a."]
)
def test_not_a_claim(claim: str) -> None:
    assert "CELL_CLAIM" in refusal(**DEVELOPMENT, cell_claim=claim)
