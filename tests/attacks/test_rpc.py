"""No function is a way around: not the API's, not the policies' helpers, not the database's own."""

from uuid import uuid4

import httpx
import pytest

from api.kinds import KINDS
from tests.actors import Sql
from tests.attacks.thief import Thief, postgrest_code
from tests.attacks.world import World, one
from tests.conftest import Rest

pytestmark = pytest.mark.usefixtures("unchanged")

# the functions that change a wingman session, and their arguments besides the session
CHANGES: dict[str, dict[str, str]] = {
    "cancel_wingman_session": {},
    "confirm_wingman_session": {},
    "report_wingman_no_show": {},
    "write_wingman_notes": {"notes": "Planted"},
}
OURS = (
    *(f"{kind}_session_exists" for kind in KINDS),
    "chat_message_page",
    *CHANGES,
)
NOT_FOUND = "PGRST202"
DENIED = "42501"
# what would be worth calling
BUILT_IN = (
    "current_setting",
    "set_config",
    "pg_read_file",
    "pg_read_binary_file",
    "pg_ls_dir",
    "pg_sleep",
    "pg_terminate_backend",
    "pg_reload_conf",
    "pg_stat_file",
    "pg_get_functiondef",
    "pg_advisory_lock",
    "pg_notify",
    "lo_import",
    "lo_export",
    "query_to_xml",
    "table_to_xml",
    "database_to_xml",
    "dblink",
    "version",
    "gen_random_uuid",
    "has_table_privilege",
    "row_security_active",
)


def functions(sql: Sql) -> list[str]:
    """Every function of every schema but the system's."""
    found: list[str] = one(
        sql,
        "select array_agg(distinct proname::text) from pg_catalog.pg_proc"
        " where pronamespace::regnamespace::text not in ('pg_catalog', 'information_schema')",
    )
    return found


def test_the_exposed_functions_are_these(sql: Sql) -> None:
    exposed = one(
        sql,
        "select array_agg(proname::text) from pg_catalog.pg_proc"
        " where pronamespace = 'public'::regnamespace",
    )
    assert set(OURS) == set(exposed)


def test_every_function(either_way: Thief, visitor: httpx.Client, sql: Sql, world: World) -> None:
    page = {"page_offset": "0", "page_limit": "10", "newest_first": "false"}
    calls: list[tuple[str, dict[str, str]]] = [
        (schema + name, {})
        for name in {*functions(sql), *BUILT_IN}
        for schema in ("", "session_api.", "pg_catalog.")
    ]
    calls += [
        (f"{kind}_session_exists", {"session_id": world.key(f"{kind}_sessions")}) for kind in KINDS
    ]
    calls.append(("chat_message_page", {"session_id": world.ids["chat"], **page}))
    calls += [(name, {"session_id": world.ids["wingman"], **it}) for name, it in CHANGES.items()]
    for name, given in calls:
        for answer in (
            either_way("GET", f"/rpc/{name}", params=given),
            either_way("POST", f"/rpc/{name}", json=given),
            either_way("POST", f"/rpc/{name}", {"Prefer": "params=single-object"}, json=given),
        ):
            assert (answer.status_code, postgrest_code(answer)) in {(403, DENIED), (404, NOT_FOUND)}
        assert visitor.post(f"/rpc/{name}", json=given).status_code in (401, 404)


def test_a_function_is_not_called_for_its_headers_alone(thief: Thief, world: World) -> None:
    """A HEAD may succeed if Postgres sees that it needs no result; it then returns none."""
    for count in ("none", "exact", "planned", "estimated"):
        said = [
            thief(
                "HEAD",
                "/rpc/study_session_exists",
                {"Prefer": f"count={count}"},
                params={"session_id": session_id},
            )
            for session_id in (world.ids["study"], str(uuid4()))
        ]
        assert said[0].status_code == said[1].status_code
        assert said[0].headers.get("content-range") == said[1].headers.get("content-range")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods(thief: Thief, method: str) -> None:
    for name in OURS:
        assert thief(method, f"/rpc/{name}", json={}).status_code == 405


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_ask_whether_a_session_exists(rest: Rest, world: World, kind: str) -> None:
    """The API's role may call it, and learns nothing else."""
    path, arguments = f"/rpc/{kind}_session_exists", {"session_id": world.key(f"{kind}_sessions")}
    api = rest(world.stranger, role="session_api")
    assert api.post(path, json=arguments).json() is True
    for role in ("authenticated", "anon", "service_role"):
        refused = rest(world.stranger, role=role).post(path, json=arguments)
        assert postgrest_code(refused) == DENIED


def test_the_page_of_anothers_chat(rest: Rest, world: World) -> None:
    arguments = {
        "session_id": world.ids["chat"],
        "page_offset": 0,
        "page_limit": 10,
        "newest_first": False,
    }
    for user in (world.stranger, world.participant):
        answer = rest(user, role="session_api").post("/rpc/chat_message_page", json=arguments)
        assert answer.json() is None
    owned = rest(world.owner, role="session_api").post("/rpc/chat_message_page", json=arguments)
    assert world.own in owned.text


@pytest.mark.parametrize("name", CHANGES)
def test_changing_past_the_api(rest: Rest, world: World, name: str) -> None:
    """Not even for one of the two, with a method that PostgREST runs without looking further."""
    arguments = {"session_id": world.ids["wingman"], **CHANGES[name]}
    path = f"/rpc/{name}"
    for user in (world.owner, world.participant, world.stranger):
        for role in ("authenticated", "anon", "service_role"):
            client = rest(user, role=role)
            assert postgrest_code(client.post(path, json=arguments)) == DENIED
            assert postgrest_code(client.get(path, params=arguments)) == DENIED
            assert client.head(path, params=arguments).status_code in (401, 403)
    answer = rest(world.stranger, role="session_api").post(path, json=arguments)
    assert answer.json() == []


def test_results_are_not_filtered_apart(rest: Rest, world: World) -> None:
    """Reading a function's result with filters, columns and counts reads no more."""
    api = rest(world.stranger, role="session_api")
    page = {
        "session_id": world.ids["chat"],
        "page_offset": "0",
        "page_limit": "10",
        "newest_first": "false",
    }
    for query in ("select=*", "select=items", "order=total", "limit=1", "total=gt.0"):
        for count in ("exact", "planned", "estimated"):
            answer = api.get(
                f"/rpc/chat_message_page?{query}", params=page, headers={"Prefer": f"count={count}"}
            )
            assert world.own not in answer.text
