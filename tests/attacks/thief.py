"""An attacker's browser."""

from collections.abc import Sequence
from typing import Any

import httpx

from tests.actors import User

Headers = dict[str, str] | list[tuple[str, str]]


class Thief:
    """A signed-in user's client of PostgREST. Whatever it is answered holds none of `secrets`."""

    def __init__(self, user: User, client: httpx.Client, secrets: Sequence[str]) -> None:
        self.user = user
        self.secrets = secrets
        self.client = client

    def __call__(
        self, method: str, path: str, headers: Headers | None = None, **body: Any
    ) -> httpx.Response:
        pairs = list(headers.items() if isinstance(headers, dict) else headers or [])
        if method == "HEAD":
            # PostgREST 12 ends the connection after a refused HEAD without a word about it
            pairs.append(("Connection", "close"))
        answer = self.client.request(method, path, headers=pairs, **body)
        assert_silent(answer, self.secrets)
        return answer


def assert_silent(answer: httpx.Response, secrets: Sequence[str]) -> None:
    """Make sure that an answer contains none of these, and is not a server error."""
    # Content-Location is the question again
    headers = {**answer.headers, "content-location": ""}
    said = f"{answer.text}\n{headers}"
    assert not [secret for secret in secrets if secret in said], said
    assert answer.status_code < 500, said


def postgrest_code(answer: httpx.Response) -> str:
    """The code of a refusal, or `""` if it was none."""
    body = answer.json() if answer.content else None
    return str(body.get("code", "")) if isinstance(body, dict) else ""
