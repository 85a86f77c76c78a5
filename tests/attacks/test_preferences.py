"""No preference or media type changes what a request may do."""

import pytest

from tests.attacks.thief import Thief, postgrest_code
from tests.attacks.world import PERSONAL, World

pytestmark = pytest.mark.usefixtures("unchanged")

PREFERENCES = (
    "tx=rollback",
    "tx=commit",
    "tx=commit-allow-override",
    "timezone=America/New_York",
    "timezone=Nowhere/Land",
    "timezone='; reset role; --",
    "timezone=UTC'); select set_config('role', 'postgres', true); --",
    "missing=default",
    "handling=strict",
    "handling=lenient",
    "handling=strict, max-affected=1",
    "max-affected=0",
    "return=representation, handling=lenient, foo=bar",
    "params=single-object",
    "params=multiple-objects",
    "role=postgres",
    "schema=session_api",
    "," * 5_000,
    "x" * 5_000,
)
MEDIA_TYPES = (
    "application/json",
    "application/vnd.pgrst.object+json",
    "application/vnd.pgrst.object+json;nulls=stripped",
    "application/vnd.pgrst.array+json;nulls=stripped",
    "text/csv",
    "text/plain",
    "text/xml",
    "application/octet-stream",
    "application/geo+json",
    "application/*",
    "*/*",
    "text/html, */*;q=0.1",
)
METHODS = ("OPTIONS", "TRACE", "CONNECT", "PROPFIND", "SEARCH", "LINK", "PURGE", "get", "Patch")
# headers that some server between takes for the request's own
OVERRIDES = (
    {"X-HTTP-Method-Override": "DELETE"},
    {"X-HTTP-Method": "PATCH"},
    {"X-Method-Override": "DELETE"},
    {"X-Original-URL": "/auth/v1/admin/users"},
    {"X-Rewrite-URL": "/chat_messages"},
    {"X-Forwarded-User": "postgres"},
    {"X-Role": "service_role"},
    {"Role": "postgres"},
    {"Set-Role": "postgres"},
)


@pytest.mark.parametrize("prefer", PREFERENCES)
def test_preferences(either_way: Thief, world: World, prefer: str) -> None:
    for table in PERSONAL:
        answer = either_way("GET", f"/{table}?id=eq.{world.key(table)}", {"Prefer": prefer})
        assert world.own not in answer.text


@pytest.mark.parametrize("accept", MEDIA_TYPES)
def test_media_types(stranger: Thief, world: World, accept: str) -> None:
    for table in PERSONAL:
        answer = stranger("GET", f"/{table}?id=eq.{world.key(table)}", {"Accept": accept})
        # an empty list, an empty table, or none of these forms; 403 where a table is not for users
        assert answer.status_code in (200, 403, 404, 406, 415)
        assert answer.status_code != 200 or answer.text in ("[]", "\n", "")


@pytest.mark.parametrize("method", METHODS)
def test_methods(stranger: Thief, world: World, method: str) -> None:
    for table in ("user_profiles", "chat_messages"):
        answer = stranger(method, f"/{table}?id=eq.{world.key(table)}")
        assert not answer.is_success or answer.content in (b"", b"[]")


@pytest.mark.parametrize("headers", OVERRIDES, ids=str)
def test_overrides(stranger: Thief, world: World, headers: dict[str, str]) -> None:
    for table in PERSONAL:
        answer = stranger("GET", f"/{table}?id=eq.{world.key(table)}", headers)
        assert postgrest_code(answer) == "42501" or answer.json() == []
