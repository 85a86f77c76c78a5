"""A project's own policies on the user's claims hold for the API as they do for the browser."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import httpx
import jwt
import psycopg
import pytest

from api.kinds import KINDS
from tests import actors
from tests.actors import User
from tests.database.outages import serving
from tests.kinds import OWNED
from tests.sessions.wingman.conftest import plan
from tests.stacks.spare import Spare

if TYPE_CHECKING:
    from local.stack import Stack

pytestmark = pytest.mark.usefixtures("own_stack")

TABLES = (*(f"{kind}_sessions" for kind in KINDS), "chat_messages")
BACKENDS = ("postgrest", "postgres")
VERBS = ("get", "post", "put", "patch", "delete")
CLAIM = "(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> '{}')"
POLICIES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "aal": (f"{CLAIM.format('aal')} = 'aal2'", {"aal": "aal2"}, {"aal": "aal1"}),
    "anonymous": (
        f"coalesce({CLAIM.format('is_anonymous')}, 'false') = 'false'",
        {"is_anonymous": False},
        {"is_anonymous": True},
    ),
}


@pytest.fixture(scope="module", params=BACKENDS)
def api(request: pytest.FixtureRequest, spare: Spare) -> Iterator[httpx.Client]:
    with serving(cast("Stack", spare), request.param) as client:
        yield client


def operations(api: httpx.Client) -> set[tuple[str, str]]:
    """Every operation of the document that is about sessions."""
    paths = api.get("/openapi.json").json()["paths"]
    return {
        (verb.upper(), re.sub(r"\{.+?\}", "*", path))
        for path, verbs in paths.items()
        if path.startswith("/api/")
        for verb in verbs
        if verb in VERBS
    }


def asked(answer: httpx.Response) -> tuple[str, str]:
    return answer.request.method, re.sub(r"[0-9a-f-]{36}", "*", answer.request.url.path)


@contextmanager
def restricted(spare: Spare, condition: str) -> Iterator[None]:
    """Add a restrictive policy to each table of sessions, as a project would."""
    with psycopg.connect(spare.database_url, autocommit=True) as sql:
        for table in TABLES:
            sql.execute(
                f"create policy own_rule on public.{table} as restrictive for all"
                f" to authenticated, session_api using ({condition})".encode()
            )
        try:
            yield
        finally:
            for table in TABLES:
                sql.execute(f"drop policy own_rule on public.{table}".encode())


@pytest.fixture
def token(spare: Spare) -> Callable[..., str]:
    def with_claims(user: User, **claims: Any) -> str:
        valid = jwt.decode(user.token, options={"verify_signature": False})
        return jwt.encode({**valid, **claims}, spare.jwt_secret, "HS256")

    return with_claims


@pytest.mark.parametrize("name", POLICIES)
def test_every_kind(spare: Spare, api: httpx.Client, token: Callable[..., str], name: str) -> None:
    condition, allowed, refused = POLICIES[name]
    with psycopg.connect(spare.database_url, autocommit=True) as sql:
        match = actors.new_match(sql, lambda *name: actors.new_user(sql, spare.jwt_secret, *name))
        met = actors.new_wingman(sql, match)
        user = match.user1
        bodies = {kind.name: kind.new(sql, user) for kind in OWNED}
    yes = {"Authorization": f"Bearer {token(user, **allowed)}"}
    no = {"Authorization": f"Bearer {token(user, **refused)}"}
    tried: set[tuple[str, str]] = set()
    with restricted(spare, condition):
        paths = {"wingman": f"/api/v1/wingman/sessions/{met.session_id}"}
        for kind, body in bodies.items():
            path = f"/api/v1/{kind}/sessions"
            refusal = api.post(path, json=body, headers=no)
            assert refusal.json()["detail"]["code"] == "REFUSED_BY_PROJECT", refusal.text
            tried.add(asked(refusal))
            created = api.post(path, json=body, headers=yes)
            assert created.status_code == 201, created.text
            paths[kind] = created.headers["Location"]
        for kind in KINDS:
            path = f"/api/v1/{kind}/sessions"
            assert api.get(path, headers=yes).json()["total"] == 1
            hidden = api.get(path, headers=no)
            assert hidden.json()["total"] == 0
            tried.add(asked(hidden))
        for path in paths.values():
            # twice: what is kept for one set of claims is not used for the other
            for _ in range(2):
                assert api.get(path, headers=yes).status_code == 200
                hidden = api.get(path, headers=no)
                assert hidden.status_code in (403, 404)
                tried.add(asked(hidden))
        messages = f"{paths['chat']}/messages"
        assert api.post(messages, json={"content": "a"}, headers=yes).status_code == 201
        assert api.get(messages, headers=yes).json()["total"] == 1
        writes: list[tuple[str, str, Any]] = [
            ("POST", f"{paths['wingman']}/confirm", {}),
            ("PATCH", f"{paths['wingman']}/notes", {"notes": "a"}),
            ("POST", f"{paths['wingman']}/cancel", None),
            ("POST", f"{paths['wingman']}/no-show", None),
            ("POST", "/api/v1/wingman/sessions", plan(met)),
            ("POST", messages, {"content": "b"}),
            ("GET", messages, None),
            ("PATCH", paths["chat"], {"title": "b"}),
            ("DELETE", paths["chat"], None),
            ("PUT", paths["study"], {"title": "b"}),
            ("DELETE", paths["study"], None),
        ]
        for method, path, body in writes:
            answer = api.request(method, path, json=body, headers=no)
            assert answer.status_code in (400, 403, 404, 409), (method, path, answer.text)
            tried.add(asked(answer))
        assert tried == operations(api), "try the other operations here, too"
        assert api.get(messages, headers=yes).json()["total"] == 1
        assert (
            api.patch(f"{paths['wingman']}/notes", json={"notes": "a"}, headers=yes).status_code
            == 200
        )
        assert api.put(paths["study"], json={"title": "b"}, headers=yes).json()["title"] == "b"


@pytest.mark.parametrize(
    ("setting", "value", "claims", "code"),
    [
        ("REQUIRE_SECOND_FACTOR", "true", {"aal": "aal1"}, "SECOND_FACTOR_REQUIRED"),
        ("ALLOW_ANONYMOUS_USERS", "false", {"is_anonymous": True}, "ANONYMOUS_USER"),
    ],
)
def test_settings_hold_for_every_endpoint(
    spare: Spare,
    backend: str,
    token: Callable[..., str],
    setting: str,
    value: str,
    claims: dict[str, Any],
    code: str,
) -> None:
    with psycopg.connect(spare.database_url, autocommit=True) as sql:
        user = actors.new_user(sql, spare.jwt_secret)
    headers = {"Authorization": f"Bearer {token(user, **claims)}"}
    with serving(cast("Stack", spare), backend, **{setting: value}) as api:
        for verb, path in operations(api):
            answer = api.request(verb, path.replace("*", str(user.id)), headers=headers)
            assert answer.status_code == 403, (verb, path)
            assert answer.json()["detail"]["code"] == code
