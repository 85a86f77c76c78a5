"""Who signs in: accounts of a stack's own sign-in, over HTTP."""

import itertools
from typing import Any, NamedTuple

import httpx

from api.settings import LOCAL_PUBLISHABLE_KEY
from local.stack import Stack

PASSWORD = "correct horse"
_numbers = itertools.count()


class Session(NamedTuple):
    """What a sign-in gives."""

    access: str
    refresh: str
    user: dict[str, Any]

    @property
    def bearer(self) -> dict[str, str]:
        """The header that says whose request it is."""
        return {"Authorization": f"Bearer {self.access}"}


def browser(stack: Stack) -> httpx.Client:
    """A client with the publishable key."""
    return httpx.Client(
        base_url=stack.url, headers={"apikey": LOCAL_PUBLISHABLE_KEY}, trust_env=False
    )


def session(answer: httpx.Response) -> Session:
    """Read a session out of an answer."""
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return Session(body["access_token"], body["refresh_token"], body["user"])


def error(answer: httpx.Response) -> tuple[int, str]:
    """Read a refusal."""
    return answer.status_code, answer.json()["error_code"]


def new_email() -> str:
    """An unused address."""
    return f"somebody{next(_numbers)}@example.org"


def sign_up(client: httpx.Client, **data: object) -> Session:
    """Make an account."""
    body = {"email": new_email(), "password": PASSWORD, "data": data}
    return session(client.post("/auth/v1/signup", json=body))


def sign_in(client: httpx.Client, email: str, password: str = PASSWORD) -> httpx.Response:
    """Send an account's password."""
    body = {"email": email, "password": password}
    return client.post("/auth/v1/token?grant_type=password", json=body)


def refresh(client: httpx.Client, token: str) -> httpx.Response:
    """Use a refresh token."""
    body = {"refresh_token": token}
    return client.post("/auth/v1/token?grant_type=refresh_token", json=body)
