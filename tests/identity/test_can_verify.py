"""Whether there is any key that a user's token may be signed with: what `/readyz` asks."""

import asyncio
from typing import Any

import pytest

from tests.identity.door import EC_JWK, Door, settings
from tests.identity.jwks_server import JwksServer


@pytest.mark.parametrize(
    ("published", "values", "expected"),
    [
        ([], {}, True),
        ([EC_JWK], {"supabase_jwt_secret": None}, True),
        ([], {"supabase_jwt_secret": None}, False),
    ],
)
def test_can_verify(
    runner: asyncio.Runner,
    published: list[dict[str, Any]],
    values: dict[str, Any],
    *,
    expected: bool,
) -> None:
    direct = {"api_database_url": "postgresql://session_api@127.0.0.1:1/postgres"}
    with JwksServer(*published) as server:
        door = Door(runner, settings(server, environment="development", **direct, **values))
        assert door.can_verify() is expected
        door.close()
