"""What a request costs with direct connections: its queries, and how often it waits for Postgres.

`docs/decisions/0016-direct-connections.md` has the numbers: two round trips for a read, three for
a write, one more for each where nothing is prepared.
"""

from collections.abc import Callable, Iterator

import httpx
import pytest

from local.migrations import login_url
from local.project import Project
from tests.actors import NewWingman
from tests.conftest import AsUser, Serve
from tests.counting_postgres import CountingPostgres, counting_postgres

pytestmark = pytest.mark.all_kinds

READ, WRITE = 2, 3
STUDY, CHAT, WINGMAN = (f"/api/v1/{kind}/sessions" for kind in ("study", "chat", "wingman"))


@pytest.fixture(scope="module")
def counted(stack: Project) -> Iterator[CountingPostgres]:
    with counting_postgres(login_url(stack.database_url)) as proxy:
        yield proxy


def cost(proxy: CountingPostgres, request: Callable[[], httpx.Response]) -> tuple[list[str], int]:
    """Send it twice, and count the second: the first has prepared its statements."""
    answer = request()
    assert answer.is_success, answer.text
    proxy.requests.clear()
    proxy.round_trips = 0
    assert request().is_success
    return proxy.requests, proxy.round_trips


@pytest.mark.parametrize(
    ("is_prepared", "more"), [("true", 0), ("false", 1)], ids=["prepared", "not prepared"]
)
def test_each(
    is_prepared: str,
    more: int,
    counted: CountingPostgres,
    serve: Serve,
    as_user: AsUser,
    wingman: NewWingman,
) -> None:
    settings = {**counted.settings, "API_DATABASE_CONNECTIONS": "1"}
    at = serve(**settings, API_DATABASE_PREPARED_STATEMENTS=is_prepared)
    session = wingman()
    client = as_user(session.user1, at)
    path = f"{WINGMAN}/{session.session_id}"
    chat = client.post(CHAT, json={"title": "a"}).json()["id"]
    one_read, one_write = READ + more, WRITE + more

    def costs(method: str, path: str, **body: object) -> tuple[list[str], int]:
        return cost(counted, lambda: client.request(method, path, **body))  # type: ignore[arg-type]

    assert costs("GET", path) == (["GET /wingman_session_details"], one_read)
    assert costs("GET", WINGMAN) == (["GET /wingman_session_details"], one_read)
    assert costs("GET", f"{CHAT}/{chat}") == (["GET /chat_sessions"], one_read)
    found, waited = costs("GET", f"{CHAT}/{chat}/messages")
    assert waited == one_read * len(found)
    assert costs("POST", STUDY, json={"title": "a"}) == (["POST /study_sessions"], one_write)
    notes = costs("PATCH", f"{path}/notes", json={"notes": "a"})
    assert notes == (["POST /rpc/write_wingman_notes"], one_write)
