"""Only a signed-in user's token gives access, at the API and at PostgREST."""

import time
from pathlib import Path
from typing import Any

import pytest

from api.kinds import KINDS
from api.main import create_app
from local.project import Project
from local.server import api_settings
from tests.attacks.forgery import FORGED, NO_USERS, by_hand, claims
from tests.attacks.thief import assert_silent, postgrest_code
from tests.attacks.world import PERSONAL, TABLES, World
from tests.conftest import Rest, Serve, client
from tests.identity.jwks_server import JwksServer

pytestmark = pytest.mark.usefixtures("unchanged")

API_PATHS = (
    "/api/v1/study/sessions",
    *(f"{kind.path}/{{{TABLES[f'{name}_sessions']}}}" for name, kind in KINDS.items()),
    "/api/v1/chat/sessions/{chat}/messages",
    "/api/session/{wingman}",
)
# With these, signed by the project, PostgREST 12 takes the owner for the owner: it asks for no
# `exp` and no `aud`, and Postgres reads a UUID in any form. They open what is the owner's, no more.
TAKEN_FOR_THE_OWNER = {
    "no exp",
    "exp null",
    "no aud",
    "aud empty",
    "aud anon",
    "aud of others",
    "sub in braces",
    "sub without dashes",
    "role session_api",
}


PRODUCTION = {
    "ENVIRONMENT": "production",
    "SUPABASE_JWT_SECRET": "kX9v2Qm7Lr4Tn8Wc1Zb6Yd3Hf5Jg0PsAe",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_3kX9v2Qm7Lr4Tn8Wc1Zb6Y",
}


def signed(world: World, changes: dict[str, Any], secret: str) -> str:
    """The owner's token with some claims changed, signed with the project's key."""
    words = {"owner": str(world.owner.id), "hex": world.owner.id.hex}

    def filled(value: Any) -> Any:
        if isinstance(value, list):
            return [filled(item) for item in value]
        return value.format(**words) if isinstance(value, str) and "owner" in value else value

    changed = {
        name: world.owner.id.hex if value == "{hex}" else filled(value)
        for name, value in changes.items()
    }
    # some of them PyJWT would not make
    return by_hand({"alg": "HS256"}, claims(world.owner, **changed), secret.encode())


class TestApi:
    @pytest.mark.parametrize("name", FORGED)
    def test_forged(self, api: str, stack: Project, world: World, name: str) -> None:
        self.refused(api, world, FORGED[name](world.owner, stack.jwt_secret))

    @pytest.mark.parametrize("name", [name for name in NO_USERS if name != "sub of nobody"])
    def test_no_users(self, api: str, stack: Project, world: World, name: str) -> None:
        self.refused(api, world, signed(world, NO_USERS[name], stack.jwt_secret))

    def refused(self, api: str, world: World, token: str) -> None:
        with client(api, Authorization=f"Bearer {token}") as thief:
            for path in API_PATHS:
                answer = thief.get(path.format(**world.ids))
                assert answer.status_code == 401
                assert answer.json()["detail"]["code"] == "NOT_AUTHENTICATED"
                assert answer.headers["www-authenticate"].startswith("Bearer")
                assert_silent(answer, [world.own, world.shared])

    def test_a_token_anywhere_else(self, api: str, world: World) -> None:
        token = world.owner.token
        path = f"/api/v1/study/sessions/{world.ids['study']}"
        with client(api) as thief:
            for answer in (
                thief.get(f"{path}?access_token={token}"),
                thief.get(f"{path}?token={token}&apikey={token}&Authorization=Bearer%20{token}"),
                thief.get(path, headers={"apikey": token}),
                thief.get(path, headers={"X-Authorization": f"Bearer {token}"}),
                thief.get(path, headers={"Proxy-Authorization": f"Bearer {token}"}),
                thief.get(path, headers={"Cookie": f"sb-access-token={token}; token={token}"}),
                thief.get(path, headers={"Authorization": f"Basic {token}"}),
                thief.get(path, headers={"Authorization": token}),
                thief.get(path, headers={"Authorization": f"Bearer {token}, Bearer {token}"}),
                thief.get(path, headers=[("Authorization", f"Bearer {token}")] * 2),
                thief.get(path, headers={"X-Test-User-ID": str(world.owner.id)}),
                thief.get(path, headers={"X-User-ID": str(world.owner.id)}),
                thief.get(path, headers={"X-Forwarded-User": str(world.owner.id)}),
            ):
                assert answer.status_code == 401
                assert_silent(answer, [world.own, world.shared])

    def test_somebody_elses_name_beside_a_token(self, api: str, world: World) -> None:
        bearer = f"Bearer {world.stranger.token}"
        with client(api, Authorization=bearer, **{"X-Test-User-ID": str(world.owner.id)}) as thief:
            answer = thief.get(f"/api/v1/study/sessions/{world.ids['study']}")
        assert answer.status_code == 403

    def test_an_unknown_key_a_thousand_times(self, serve: Serve, world: World) -> None:
        key = FORGED["an own EC key"](world.owner, "")
        with JwksServer() as jwks:
            with client(serve(SUPABASE_JWKS_URL=jwks.url), Authorization=f"Bearer {key}") as thief:
                started = time.monotonic()
                for _ in range(1_000):
                    assert thief.get("/api/v1/study/sessions").status_code == 401
            # at most once a second, however many ask
            assert jwks.requests <= 2 + time.monotonic() - started


class TestPostgrest:
    @pytest.mark.parametrize("name", FORGED)
    def test_forged(self, stack: Project, world: World, name: str) -> None:
        token = FORGED[name](world.owner, stack.jwt_secret)
        for url in (stack.rest_url, stack.postgrest_url):
            with client(url, apikey=stack.anon_key, Authorization=f"Bearer {token}") as thief:
                for table in ("user_profiles", "chat_messages", "wingman_session_details"):
                    answer = thief.get(f"/{table}")
                    # 400: the gateway takes no header of 10 kB
                    assert answer.status_code in (400, 401)
                    assert_silent(answer, [world.own, world.shared])

    @pytest.mark.parametrize("name", NO_USERS)
    def test_no_users(self, stack: Project, world: World, name: str) -> None:
        """A token that PostgREST accepts gives no more than its role and `sub` allow."""
        token = signed(world, NO_USERS[name], stack.jwt_secret)
        with client(stack.rest_url, apikey=stack.anon_key, Authorization=f"Bearer {token}") as it:
            answers = [it.get(f"/{table}?select=id") for table in PERSONAL[::3]]
            secret = it.get(f"/study_sessions?id=eq.{world.ids['study']}&select=title")
        if name in TAKEN_FOR_THE_OWNER:
            assert not secret.is_success or secret.json() == [{"title": world.own}]
            return
        for answer in answers:
            assert_silent(answer, [world.own, world.shared])
            assert answer.content == b"[]" or not answer.is_success

    def test_the_service_key_opens_nothing_of_ours(self, rest: Rest, world: World) -> None:
        """It bypasses row-level security, so it has no grant."""
        service = rest(world.owner, role="service_role")
        for table in TABLES:
            for method in ("GET", "DELETE"):
                answer = service.request(method, f"/{table}?id=eq.{world.key(table)}")
                assert postgrest_code(answer) == "42501"

    def test_a_token_anywhere_else(self, stack: Project, world: World) -> None:
        token = world.owner.token
        path = f"/study_sessions?id=eq.{world.ids['study']}"
        with client(stack.rest_url, apikey=stack.anon_key) as thief:
            for answer in (
                thief.get(f"{path}&access_token={token}"),
                thief.get(path, headers={"X-Authorization": f"Bearer {token}"}),
                thief.get(path, headers={"Cookie": f"sb-access-token={token}"}),
                thief.get(path, headers={"Authorization": f"Basic {token}"}),
                thief.get(f"{path}&apikey={token}"),
                thief.get(path, headers={"apikey": token}),
            ):
                assert not answer.is_success
                assert_silent(answer, [world.own])

    def test_two_authorization_headers(self, stack: Project, world: World) -> None:
        mine = f"Bearer {world.stranger.token}"
        forged = f"Bearer {FORGED['another secret'](world.owner, '')}"
        for url in (stack.rest_url, stack.postgrest_url):
            for pair in ([mine, forged], [forged, mine], [mine, mine], [f"{mine}, {forged}"]):
                headers = [("Authorization", value) for value in pair]
                with client(url, apikey=stack.anon_key) as thief:
                    answer = thief.get("/study_sessions", headers=headers)
                assert answer.status_code == 401 or answer.json() == []

    def test_a_token_that_expires_while_it_is_known(self, stack: Project, world: World) -> None:
        """PostgREST caches tokens, and allows clocks to differ by 30 seconds."""
        expires = int(time.time()) - 28
        token = signed(world, {"exp": expires}, stack.jwt_secret)
        with client(stack.postgrest_url, Authorization=f"Bearer {token}") as it:
            while (answer := it.get("/study_sessions?select=id")).is_success:
                assert time.time() < expires + 35
                time.sleep(0.1)
        assert answer.status_code == 401


class TestProduction:
    def test_nobody_names_themselves(self, serve: Serve, world: World) -> None:
        names = {"X-Test-User-ID": str(world.owner.id)}
        local = {"Authorization": f"Bearer {world.owner.token}"}  # by the secret everybody knows
        with client(serve(**PRODUCTION)) as thief:
            for headers in (names, local, names | local):
                answer = thief.get(f"/api/v1/study/sessions/{world.ids['study']}", headers=headers)
                assert answer.status_code == 401

    def test_does_not_start_with_it(
        self, stack: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        for name, value in {**api_settings(stack), **PRODUCTION}.items():
            monkeypatch.setenv(name, value)
        create_app()
        monkeypatch.setenv("ENABLE_TEST_AUTH", "true")
        with pytest.raises(SystemExit, match="ENABLE_TEST_AUTH"):
            create_app()
