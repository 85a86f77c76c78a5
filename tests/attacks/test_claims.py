"""Over HTTP too, who the caller is depends on `sub` alone: other claims and headers change nothing.

tests/policies/claims.py tries the same over SQL, with what a connection may have been set to.
"""

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from local.project import Project
from tests.actors import User
from tests.attacks.forgery import by_hand
from tests.attacks.world import CLOSED, PERSONAL, World
from tests.conftest import client
from tests.policies.claims import CLAIMS, HEADERS

pytestmark = pytest.mark.usefixtures("unchanged")

READS = tuple(f"/{table}?select=*&order=id" for table in PERSONAL if table != CLOSED)
API_PATHS = (
    "/api/v1/study/sessions",
    "/api/v1/interview/sessions",
    "/api/v1/chat/sessions",
    "/api/v1/wingman/sessions",
)
EXAMPLES = settings(
    max_examples=10,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def token(user: User, others: dict[str, Any], secret: str) -> str:
    """The user's token with claims besides those that make it one."""
    now = int(time.time())
    ours = {
        "sub": str(user.id),
        "aud": "authenticated",
        "role": "authenticated",
        "iat": now,
        "exp": now + 3600,
    }
    # a verifier refuses these where they are no text, before anybody asks who the caller is
    named = {name: str(it) if name in {"iss", "jti"} else it for name, it in others.items()}
    return by_hand({"alg": "HS256"}, named | ours, secret.encode())


def answers(url: str, paths: tuple[str, ...], **headers: str) -> list[tuple[int, str]]:
    with client(url) as browser:
        asked = [browser.get(path, headers=headers) for path in paths]
    return [(answer.status_code, answer.text) for answer in asked]


@pytest.mark.parametrize("who", ["owner", "participant", "stranger"])
def test_sub_alone(stack: Project, api: str, world: World, who: str) -> None:
    user: User = getattr(world, who)
    both = [(stack.rest_url, READS), (api, API_PATHS)]

    def asked(others: dict[str, Any], headers: dict[str, str]) -> list[list[tuple[int, str]]]:
        bearer = f"Bearer {token(user, others, stack.jwt_secret)}"
        named = headers | {"apikey": stack.anon_key, "Authorization": bearer}
        return [answers(url, paths, **named) for url, paths in both]

    alone = asked({}, {})
    assert {status for part in alone for status, _ in part} == {200}

    @EXAMPLES
    @given(CLAIMS, HEADERS, st.sampled_from(["tx=rollback", "handling=lenient"]))
    def examples(claims: dict[str, Any], headers: dict[str, str], prefer: str) -> None:
        assert asked(claims, headers | {"Prefer": prefer}) == alone

    examples()
