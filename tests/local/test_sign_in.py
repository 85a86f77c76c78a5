"""`/auth/v1`: accounts, sessions and tokens, as Supabase's sign-in has them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import jwt
import psycopg
import pytest

from local.keys import DEMO_PASSWORD, DEMO_USERS
from local.stack import Stack
from tests.local.people import (
    PASSWORD,
    Session,
    browser,
    error,
    new_email,
    refresh,
    session,
    sign_in,
    sign_up,
)


@pytest.fixture(scope="module")
def client(demo: Stack) -> Iterator[httpx.Client]:
    with browser(demo) as client:
        yield client


@pytest.fixture
def ada(client: httpx.Client) -> Session:
    """Somebody who has just signed up."""
    return sign_up(client, name="Ada")


def user(client: httpx.Client, who: Session) -> httpx.Response:
    return client.get("/auth/v1/user", headers=who.bearer)


class TestSignUp:
    def test_gives_a_session(self, client: httpx.Client) -> None:
        email = new_email()
        body = {"email": email.upper(), "password": PASSWORD, "data": {"name": "Ada"}}
        made = client.post("/auth/v1/signup", json=body).json()
        assert made["token_type"] == "bearer"
        assert made["expires_in"] == 3600
        assert made["user"]["email"] == email
        assert made["user"]["user_metadata"]["name"] == "Ada"
        assert made["user"]["app_metadata"] == {"provider": "email", "providers": ["email"]}
        assert [each["provider"] for each in made["user"]["identities"]] == ["email"]
        assert session(sign_in(client, email)).user["id"] == made["user"]["id"]

    def test_twice(self, client: httpx.Client, ada: Session) -> None:
        body = {"email": ada.user["email"], "password": PASSWORD}
        answer = client.post("/auth/v1/signup", json=body)
        assert error(answer) == (422, "user_already_exists")

    def test_at_once(self, client: httpx.Client) -> None:
        body = {"email": new_email(), "password": PASSWORD}
        with ThreadPoolExecutor() as threads:
            answers = list(
                threads.map(lambda _: client.post("/auth/v1/signup", json=body), range(6))
            )
        assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422, 422, 422]

    def test_weak_password(self, client: httpx.Client) -> None:
        answer = client.post("/auth/v1/signup", json={"email": new_email(), "password": "12345"})
        assert error(answer) == (422, "weak_password")
        assert answer.json()["weak_password"] == {"reasons": ["length"]}

    def test_long_password(self, client: httpx.Client) -> None:
        body = {"email": new_email(), "password": "é" * 37}
        assert error(client.post("/auth/v1/signup", json=body)) == (400, "validation_failed")

    def test_rows_are_what_gotrue_reads(self, demo: Stack, ada: Session) -> None:
        """It fails to read null in these texts."""
        with psycopg.connect(demo.database_url) as sql:
            nulls = sql.execute(
                """
                select count(*) from auth.users where num_nulls(
                  instance_id, aud, role, email, encrypted_password, email_confirmed_at,
                  confirmation_token, recovery_token, email_change_token_new, email_change,
                  email_change_token_current, phone_change, phone_change_token,
                  reauthentication_token, raw_app_meta_data, raw_user_meta_data, created_at,
                  updated_at) > 0
                or encrypted_password not like '$2a$10$%'
                or not exists (
                  select from auth.identities where user_id = users.id
                  and provider_id = user_id::text and email = users.email)
                """
            ).fetchone()
        assert nulls == (0,)
        assert ada.user["aud"] == ada.user["role"] == "authenticated"


class TestPassword:
    @pytest.mark.parametrize("name", list(DEMO_USERS))
    def test_of_demo_users(self, client: httpx.Client, name: str) -> None:
        signed_in = session(sign_in(client, f"{name}@example.com", DEMO_PASSWORD))
        assert signed_in.user["id"] == str(DEMO_USERS[name])
        assert user(client, signed_in).json()["email"] == f"{name}@example.com"

    def test_wrong_and_unknown_are_the_same(self, client: httpx.Client, ada: Session) -> None:
        wrong = sign_in(client, ada.user["email"], "wrong password")
        unknown = sign_in(client, new_email())
        assert error(wrong) == (400, "invalid_credentials")
        assert wrong.json() == unknown.json()

    def test_guessing(self, client: httpx.Client, ada: Session) -> None:
        other = sign_up(client)
        with ThreadPoolExecutor() as threads:
            answers = threads.map(
                lambda n: sign_in(client, ada.user["email"], f"guess {n}"), range(25)
            )
            assert {answer.status_code for answer in answers} == {400, 429}
        refused = sign_in(client, ada.user["email"])
        assert error(refused) == (429, "over_request_rate_limit")
        assert "retry-after" in refused.headers
        assert sign_in(client, other.user["email"]).status_code == 200

    def test_version_of_errors(self, client: httpx.Client) -> None:
        answer = client.post(
            "/auth/v1/token?grant_type=password",
            json={"email": new_email(), "password": PASSWORD},
            headers={"X-Supabase-Api-Version": "2024-01-01"},
        )
        assert answer.json()["code"] == "invalid_credentials"
        assert answer.headers["X-Supabase-Api-Version"] == "2024-01-01"


def used_long_ago(demo: Stack, token: str) -> None:
    with psycopg.connect(demo.database_url) as sql:
        sql.execute(
            "update auth.refresh_tokens set updated_at = updated_at - interval '11 s' "
            "where token = %s",
            [token],
        )


class TestRefresh:
    def test_gives_another(self, client: httpx.Client, ada: Session) -> None:
        again = session(refresh(client, ada.refresh))
        assert again.refresh != ada.refresh
        assert again.user["id"] == ada.user["id"]
        claims = [
            jwt.decode(each.access, options={"verify_signature": False}) for each in (ada, again)
        ]
        assert claims[0]["session_id"] == claims[1]["session_id"]

    def test_at_once(self, client: httpx.Client, ada: Session) -> None:
        """Two tabs: each gets the one successor."""
        with ThreadPoolExecutor() as threads:
            answers = list(threads.map(lambda _: refresh(client, ada.refresh), range(8)))
        assert len({session(answer).refresh for answer in answers}) == 1

    def test_lost(self, client: httpx.Client, demo: Stack, ada: Session) -> None:
        """A server component cannot store the successor: the next request gets it."""
        again = session(refresh(client, ada.refresh))
        used_long_ago(demo, ada.refresh)
        assert session(refresh(client, ada.refresh)).refresh == again.refresh

    def test_used(self, client: httpx.Client, demo: Stack, ada: Session) -> None:
        again = session(refresh(client, ada.refresh))
        newest = session(refresh(client, again.refresh))
        used_long_ago(demo, ada.refresh)
        assert error(refresh(client, ada.refresh)) == (400, "refresh_token_already_used")
        # the newest may be in the hands of the thief
        assert error(refresh(client, newest.refresh))[1] == "refresh_token_already_used"

    def test_unknown(self, client: httpx.Client) -> None:
        assert error(refresh(client, "unknown")) == (400, "refresh_token_not_found")

    def test_access_token_is_none(self, client: httpx.Client, ada: Session) -> None:
        assert error(refresh(client, ada.access)) == (400, "refresh_token_not_found")


class TestUser:
    def test_update(self, client: httpx.Client, ada: Session) -> None:
        body = {"data": {"name": None, "town": "Turin"}}
        answer = client.put("/auth/v1/user", json=body, headers=ada.bearer)
        assert answer.json()["user_metadata"]["town"] == "Turin"
        assert "name" not in answer.json()["user_metadata"]

    def test_new_email(self, client: httpx.Client, ada: Session) -> None:
        email = new_email()
        client.put("/auth/v1/user", json={"email": email}, headers=ada.bearer)
        assert session(sign_in(client, email)).user["id"] == ada.user["id"]

    def test_email_of_another(self, client: httpx.Client, ada: Session) -> None:
        body = {"email": sign_up(client).user["email"]}
        answer = client.put("/auth/v1/user", json=body, headers=ada.bearer)
        assert error(answer) == (422, "email_exists")

    def test_new_password_ends_other_sessions(self, client: httpx.Client, ada: Session) -> None:
        other = session(sign_in(client, ada.user["email"]))
        body = {"password": PASSWORD}
        answer = client.put("/auth/v1/user", json=body, headers=ada.bearer)
        assert error(answer) == (422, "same_password")
        body = {"password": "another password"}
        assert client.put("/auth/v1/user", json=body, headers=ada.bearer).status_code == 200
        assert user(client, ada).status_code == 200
        assert error(user(client, other)) == (403, "session_not_found")
        assert error(sign_in(client, ada.user["email"])) == (400, "invalid_credentials")
        assert sign_in(client, ada.user["email"], "another password").status_code == 200

    def test_what_a_user_may_not_say(self, client: httpx.Client, ada: Session) -> None:
        body = {"role": "service_role", "app_metadata": {"admin": True}, "aud": "x", "id": "x"}
        answer = client.put("/auth/v1/user", json=body, headers=ada.bearer).json()
        assert {**answer, "updated_at": ""} == {**ada.user, "updated_at": ""}

    def test_without_token(self, client: httpx.Client) -> None:
        assert error(client.get("/auth/v1/user")) == (401, "no_authorization")


class TestLogOut:
    @pytest.mark.parametrize(
        ("scope", "ended"),
        [("global", {"this", "other"}), ("local", {"this"}), ("others", {"other"})],
    )
    def test_scope(self, client: httpx.Client, ada: Session, scope: str, ended: set[str]) -> None:
        sessions = {"this": ada, "other": session(sign_in(client, ada.user["email"]))}
        answer = client.post(f"/auth/v1/logout?scope={scope}", headers=ada.bearer)
        assert answer.status_code == 204
        for name, each in sessions.items():
            assert (user(client, each).status_code == 403) is (name in ended)
            assert (refresh(client, each.refresh).status_code == 400) is (name in ended)

    def test_unknown_scope(self, client: httpx.Client, ada: Session) -> None:
        answer = client.post("/auth/v1/logout?scope=x", headers=ada.bearer)
        assert error(answer) == (400, "validation_failed")
