"""An answer about another's row is, byte for byte, the answer about a row that does not exist."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.attacks.thief import Thief
from tests.attacks.world import PERSONAL, World

pytestmark = pytest.mark.usefixtures("unchanged")

SHOW = {"Prefer": "return=representation,count=exact"}
MERGE = {"Prefer": "return=representation,resolution=merge-duplicates"}
IGNORE = {"Prefer": "return=representation,resolution=ignore-duplicates"}
OBJECT = {"Accept": "application/vnd.pgrst.object+json"}

# {key} is the owner's, or nobody's
READS_AND_WRITES: tuple[tuple[str, str, dict[str, str], dict[str, Any] | None], ...] = (
    ("GET", "?id=eq.{key}", {"Prefer": "count=exact"}, None),
    ("GET", "?id=eq.{key}", OBJECT, None),
    ("HEAD", "?id=eq.{key}", {"Prefer": "count=exact"}, None),
    ("GET", "?id=eq.{key}&offset=1", {"Prefer": "count=exact"}, None),
    ("GET", "?id=eq.{key}", {"Range": "3-4", "Prefer": "count=exact"}, None),
    ("GET", "?id=eq.{key}", {"Prefer": "count=planned"}, None),
    ("GET", "?id=eq.{key}", {"Prefer": "count=estimated"}, None),
    ("PATCH", "?id=eq.{key}", SHOW, {}),
    ("PATCH", "?id=eq.{key}", SHOW, {"id": "{key}"}),
    ("PATCH", "?id=eq.{key}", SHOW, {"first_name": "Taken"}),
    ("PATCH", "?id=eq.{key}", SHOW, {"title": "Taken"}),
    ("PATCH", "?id=eq.{key}", OBJECT | SHOW, {"title": "Taken"}),
    ("DELETE", "?id=eq.{key}", SHOW, None),
    ("DELETE", "?id=eq.{key}", OBJECT | SHOW, None),
    ("POST", "", SHOW, {"id": "{key}"}),
    ("POST", "?columns=id", MERGE, {"id": "{key}"}),
    ("POST", "?on_conflict=id", IGNORE, {"id": "{key}"}),
    ("PUT", "?id=eq.{key}", {}, {"id": "{key}"}),
)
# keys of somebody or something, where a browser may insert
REFERENCES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("/user_profiles", "owner", {"id": "{key}", "first_name": "Planted"}),
    ("/user_profiles", "participant", {"id": "{key}", "first_name": "Planted"}),
    ("/job_postings", "owner", {"user_id": "{key}", "title": "Planted"}),
    ("/job_postings", "participant", {"user_id": "{key}", "title": "Planted"}),
    ("/job_postings", "posting", {"id": "{key}", "title": "Planted"}),
)


def filled(template: Any, key: str) -> Any:
    if isinstance(template, dict):
        return {name: filled(value, key) for name, value in template.items()}
    return template.replace("{key}", key) if isinstance(template, str) else template


def said(answer: httpx.Response, key: str) -> tuple[int, list[tuple[str, str]], str]:
    """The whole answer, except for the time and the key of the request."""
    headers = [
        (name, value.replace(key, "…"))
        for name, value in answer.headers.items()
        if name.lower() != "date"
    ]
    return answer.status_code, sorted(headers), answer.text.replace(key, "…")


@pytest.mark.parametrize(("method", "query", "headers", "body"), READS_AND_WRITES)
def test_keys_of_rows(
    stranger: Thief,
    world: World,
    method: str,
    query: str,
    headers: dict[str, str],
    body: dict[str, Any] | None,
) -> None:
    for table in PERSONAL:
        answers = [
            said(
                stranger(method, f"/{table}{filled(query, key)}", headers, json=filled(body, key)),
                key,
            )
            for key in (world.key(table), str(uuid4()))
        ]
        assert answers[0] == answers[1]


@pytest.mark.parametrize("wish", [SHOW, MERGE, IGNORE, {}], ids=str)
@pytest.mark.parametrize(("path", "name", "body"), REFERENCES)
def test_keys_that_are_referred_to(
    stranger: Thief, world: World, path: str, name: str, body: dict[str, Any], wish: dict[str, str]
) -> None:
    answers = [
        said(stranger("POST", path, wish, json=filled(body, key)), key)
        for key in (world.ids[name], str(uuid4()))
    ]
    assert answers[0] == answers[1]
