"""Only the exposed schema is reachable, and its description reveals nothing."""

from itertools import product

import httpx
import pytest

from tests.attacks.thief import Thief, postgrest_code
from tests.attacks.world import TABLES

pytestmark = pytest.mark.usefixtures("unchanged")

SCHEMAS = (
    "session_api",
    "auth",
    "extensions",
    "pg_catalog",
    "information_schema",
    "pg_toast",
    "supabase_migrations",
    "storage",
    "vault",
    '"session_api"',
    "public, session_api",
    "public,session_api",
    "PRIVATE",
    "",
)
NOT_EXPOSED = "PGRST106"
PATHS = ("/users", "/user_profiles", "/rpc/caller_id", "/pg_authid")
# a schema in the path is a part of a name
QUALIFIED = (
    "/session_api.caller_id",
    "/auth.users",
    "/pg_catalog.pg_authid",
    "/information_schema.tables",
    "/public.chat_messages",
    "/%22auth%22.%22users%22",
    "/auth/users",
    "/../auth/users",
    "/users;schema=auth",
    "/pg_class",
    "/pg_stats",
    "/pg_roles",
    "/pg_stat_activity",
    "/schema_migrations",
)
DESCRIPTIONS = ("*/*", "application/openapi+json", "application/json", "text/html")


@pytest.mark.parametrize("schema", SCHEMAS)
def test_other_schemas(either_way: Thief, schema: str) -> None:
    for path, (method, header) in product(
        PATHS,
        (
            ("GET", "Accept-Profile"),
            ("HEAD", "Accept-Profile"),
            ("POST", "Content-Profile"),
            ("PATCH", "Content-Profile"),
            ("PUT", "Content-Profile"),
            ("DELETE", "Content-Profile"),
        ),
    ):
        if path.startswith("/rpc/") and method in ("PATCH", "PUT", "DELETE"):
            continue  # a function takes none of these
        answer = either_way(
            method, path, {header: schema}, json={} if "Content" in header else None
        )
        assert answer.status_code == 406
        assert postgrest_code(answer) == ("" if method == "HEAD" else NOT_EXPOSED)


def test_two_profiles_at_once(either_way: Thief) -> None:
    for first, second in (("public", "auth"), ("auth", "public")):
        both = [("Accept-Profile", first), ("Accept-Profile", second)]
        for path in PATHS:
            answer = either_way("GET", f"{path}?limit=1", both)
            assert not answer.is_success or path == "/user_profiles"


@pytest.mark.parametrize("path", QUALIFIED)
def test_names_with_a_schema(either_way: Thief, path: str) -> None:
    for method in ("GET", "POST", "PATCH", "DELETE"):
        answer = either_way(method, path, json=None if method == "GET" else {})
        assert answer.status_code in (400, 404)


@pytest.mark.parametrize("accept", DESCRIPTIONS)
def test_the_description_is_switched_off(thief: Thief, visitor: httpx.Client, accept: str) -> None:
    for answer in (
        thief("GET", "/", {"Accept": accept}),
        thief("HEAD", "/", {"Accept": accept}),
        visitor.get("/", headers={"Accept": accept}),
    ):
        assert answer.status_code in (404, 406, 415)
        assert "chat_messages" not in answer.text


def test_a_visitor_reads_nothing(visitor: httpx.Client) -> None:
    counts = ("exact", "planned", "estimated")
    for table, count, method in product(TABLES, counts, ("GET", "HEAD", "POST", "PATCH", "DELETE")):
        wish = {"Prefer": f"count={count}"}
        body = {"id": None} if method in ("POST", "PATCH") else None
        answer = visitor.request(method, f"/{table}", json=body, headers=wish)
        assert answer.status_code == 401
        assert "content-range" not in answer.headers
