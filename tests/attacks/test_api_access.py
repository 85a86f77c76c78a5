"""Every endpoint of the API, called by users who have no right to the session."""

from collections.abc import Iterator
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr

from api.kinds import KINDS, KindName
from api.main import create_app
from api.sessions.registry import places
from api.settings import LOCAL_JWT_SECRET, Settings
from tests.answers import error, keyed
from tests.attacks.thief import assert_silent
from tests.attacks.world import World
from tests.conftest import Serve, client

pytestmark = pytest.mark.usefixtures("unchanged")

# what would be a good request of the owner's; the others have no body
BODIES: dict[tuple[str, str], Any] = {
    ("PUT", "study"): {"title": "Taken", "status": "PROCESSING", "draft_plan": {}},
    ("POST", "chat"): {"content": "Planted"},
    ("PATCH", "chat"): {"title": "Taken"},
    ("PATCH", "wingman"): {"notes": "Planted"},
    ("POST", "wingman"): {},
}
# where the published frontends look for a kind
PUBLISHED = {
    kind: [it.path for it in places([kind], "study") if not it.documented] for kind in KINDS
}

# what there was not yet when the paths were published
LATER = ("/cancel", "/no-show")


def session_routes() -> Iterator[tuple[str, str, KindName]]:
    """Every method and path about one session, with its kind, from the API's own document."""
    settings = Settings(environment="development", supabase_jwt_secret=SecretStr(LOCAL_JWT_SECRET))
    for path, methods in create_app(settings).openapi()["paths"].items():
        base, found, rest = path.partition("/{session_id}")
        if not found:
            continue
        kind = cast("KindName", base.split("/")[3])
        for method in methods:
            yield method.upper(), path, kind
            if not rest.endswith(LATER):
                for published in PUBLISHED[kind]:
                    yield method.upper(), published + found + rest, kind


ROUTES = list(session_routes())


@pytest.fixture(scope="module")
def stranger(api: str, world: World) -> Iterator[httpx.Client]:
    with client(api, Authorization=f"Bearer {world.stranger.token}") as browser:
        yield browser


@pytest.fixture(scope="module")
def concealed(serve: Serve, world: World) -> Iterator[httpx.Client]:
    """The stranger at an API that conceals which sessions exist."""
    url = serve(CONCEAL_EXISTENCE="true")
    with client(url, Authorization=f"Bearer {world.stranger.token}") as browser:
        yield browser


def test_there_are_all_kinds() -> None:
    assert {kind for _, _, kind in ROUTES} == set(KINDS)
    assert len(ROUTES) >= 20


@pytest.mark.parametrize(("method", "path", "kind"), ROUTES)
class TestSessions:
    def test_stranger(
        self, stranger: httpx.Client, world: World, method: str, path: str, kind: str
    ) -> None:
        answer = ask(stranger, world, method, path, kind, world.key(f"{kind}_sessions"))
        assert answer.status_code == 403
        assert answer.json()["detail"]["code"] == KINDS[cast("KindName", kind)].not_yours

    def test_nobodys(
        self, stranger: httpx.Client, world: World, method: str, path: str, kind: str
    ) -> None:
        answer = ask(stranger, world, method, path, kind, str(uuid4()))
        assert answer.status_code == 404
        assert answer.json()["detail"]["code"] == "SESSION_NOT_FOUND"

    def test_concealed(
        self, concealed: httpx.Client, world: World, method: str, path: str, kind: str
    ) -> None:
        """The two answers are equal byte for byte, whatever the request contains."""
        for body in (BODIES.get((method, kind)), {}, {"unknown": 1}, {"status": "READY"}):
            said = []
            for key in (world.key(f"{kind}_sessions"), str(uuid4())):
                answer = ask(concealed, world, method, path, kind, key, body)
                headers = {
                    name: value
                    for name, value in answer.headers.items()
                    if name not in ("date", "x-request-id")
                }
                said.append((answer.status_code, answer.text.replace(key, "…"), headers))
            assert said[0] == said[1]
            assert said[0][0] in (404, 422)

    def test_anonymous(self, api: str, world: World, method: str, path: str, kind: str) -> None:
        with client(api) as visitor:
            answer = ask(visitor, world, method, path, kind, world.key(f"{kind}_sessions"))
        assert answer.status_code == 401


@pytest.mark.parametrize(("method", "path", "kind"), [it for it in ROUTES if it[2] != "wingman"])
def test_the_match_partner_is_a_stranger_elsewhere(
    api: str, world: World, method: str, path: str, kind: str
) -> None:
    with client(api, Authorization=f"Bearer {world.participant.token}") as it:
        answer = ask(it, world, method, path, kind, world.key(f"{kind}_sessions"))
    assert answer.json()["detail"]["code"] == "NOT_OWNER"


@pytest.mark.parametrize(("method", "path", "kind"), [it for it in ROUTES if it[0] == "POST"])
def test_concealed_from_a_request_with_a_key(
    concealed: httpx.Client, world: World, method: str, path: str, kind: str
) -> None:
    for session in (world.key(f"{kind}_sessions"), str(uuid4())):
        address, body = path.format(session_id=session), BODIES.get((method, kind))
        answer = concealed.request(method, address, json=body, headers=keyed())
        assert error(answer) == (404, "SESSION_NOT_FOUND")


def ask(
    browser: httpx.Client,
    world: World,
    method: str,
    path: str,
    kind: str,
    key: str,
    body: Any = None,
) -> httpx.Response:
    """Send the request; the default body would be valid if the owner sent it."""
    body = BODIES.get((method, kind)) if body is None else body
    answer = browser.request(method, path.format(session_id=key), json=body)
    assert_silent(answer, [world.own])
    return answer


class TestNew:
    """A new session cannot refer to another user's row, nor reveal whether it exists."""

    @pytest.mark.parametrize(
        ("kind", "code", "body"),
        [
            ("interview", "JOB_POSTING_NOT_FOUND", {"job_posting_id": "posting"}),
            (
                "wingman",
                "MATCH_NOT_FOUND",
                {
                    "match_id": "match",
                    "venue_name": "Here",
                    "scheduled_time": "2100-01-01T00:00:00Z",
                    "user1_challenge_id": "challenge1",
                    "user2_challenge_id": "challenge2",
                },
            ),
            (
                "wingman",
                "MATCH_NOT_FOUND",
                {
                    "match_id": "match",
                    "venue_name": "Here",
                    "scheduled_time": "1999-01-01T00:00:00Z",
                    "user1_challenge_id": "study",
                    "user2_challenge_id": "study",
                },
            ),
        ],
    )
    def test_on_anothers(
        self, stranger: httpx.Client, world: World, kind: str, code: str, body: dict[str, str]
    ) -> None:
        said = []
        first = next(iter(body))
        for key in (world.ids[body[first]], str(uuid4())):
            filled = {name: world.ids.get(value, value) for name, value in body.items()}
            answer = stranger.post(f"/api/v1/{kind}/sessions", json=filled | {first: key})
            assert answer.json()["detail"]["code"] == code
            said.append((answer.status_code, answer.text))
        assert said[0] == said[1]


def test_lists_hold_ones_own_only(stranger: httpx.Client, world: World) -> None:
    for path in (
        *(f"/api/v1/{kind}/sessions" for kind in KINDS),
        "/sessions",
        "/api/sessions",
        "/api/v1/sessions",
    ):
        for query in ("", "?limit=100", "?offset=0", "?offset=1", "?offset=9223372036854775707"):
            answer = stranger.get(path + query)
            assert_silent(answer, [world.own, world.shared])
            assert (answer.json()["items"], answer.json()["total"]) == ([], 0)
