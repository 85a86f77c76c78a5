"""supabase-js and ssr, as they are, sign in and listen on the local stack."""

import fcntl
import json
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.settings import LOCAL_PUBLISHABLE_KEY
from local.addresses import free_port
from local.keys import DEMO_PASSWORD
from local.stack import Stack
from tests.stacks.folder import scratch_folder

_FOLDER = Path(__file__).with_name("javascript")
_LOCK = _FOLDER / "package-lock.json"


@pytest.fixture(scope="module")
def packages() -> Path:
    """The packages of the lock file, installed once."""
    complete = _FOLDER / "node_modules" / ".complete"
    with _LOCK.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists() or complete.stat().st_mtime < _LOCK.stat().st_mtime:
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=_FOLDER, check=True)  # noqa: S607
            complete.touch()
    return _FOLDER


@pytest.fixture(scope="module")
def seen(packages: Path, demo: Stack) -> dict[str, Any]:
    """What a walk through everything has seen."""
    with psycopg.connect(demo.database_url) as sql:  # a table that a browser may write itself
        sql.execute("alter publication supabase_realtime add table public.job_postings")
    people = ("alice@example.com", "carol@example.com", DEMO_PASSWORD)
    return run(packages, "walk.mjs", demo, *people)


def run(packages: Path, script: str, stack: Stack, *args: str) -> dict[str, Any]:
    """Run a script on a stack, and return what it prints."""
    result = subprocess.run(  # noqa: S603
        ["node", script, stack.url, LOCAL_PUBLISHABLE_KEY, *args],  # noqa: S607
        cwd=packages,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return dict(json.loads(result.stdout))


def test_lock_names_no_registry() -> None:
    packages = json.loads(_LOCK.read_text())["packages"]
    assert len(packages) > 5
    assert not [path for path, entry in packages.items() if "resolved" in entry]
    assert not [path for path, entry in packages.items() if path and "integrity" not in entry]


def test_accounts(seen: dict[str, Any]) -> None:
    assert seen["signUp"] == {"session": True, "name": "Ada"}
    assert seen["wrong"] == {"code": "invalid_credentials", "status": 400, "name": "AuthApiError"}
    assert seen["weak"] == {"code": "weak_password", "status": 422, "name": "AuthWeakPasswordError"}
    assert seen["updateUser"] == "Turin"


def test_tokens(seen: dict[str, Any]) -> None:
    assert seen["getUser"] is True
    assert seen["getClaims"] == {"alg": "ES256", "sub": True}
    assert seen["rows"] == [{"first_name": "Alice"}]


def test_server(seen: dict[str, Any]) -> None:
    assert (
        seen["cookies"] is seen["serverUser"] is seen["serverClaims"] is seen["refreshed"] is True
    )
    assert seen["nobody"]["name"] == "AuthSessionMissingError"


def test_live(seen: dict[str, Any]) -> None:
    assert seen["owner"] == [
        ["INSERT", "Engineer", []],
        ["UPDATE", "Architect", ["id"]],
        ["DELETE", None, ["id"]],
    ]
    # a deleted row can no longer be checked: its key alone goes to all who may read the table
    assert seen["stranger"] == [["DELETE", None, ["id"]]]


def test_presence_is_refused(seen: dict[str, Any]) -> None:
    assert "not served" in seen["presence"]


def test_events(seen: dict[str, Any]) -> None:
    assert seen["events"][0] == "INITIAL_SESSION"
    assert seen["events"][-1] == "SIGNED_OUT"
    assert {"SIGNED_IN", "USER_UPDATED", "TOKEN_REFRESHED"} <= set(seen["events"])
    assert seen["signedOut"] is True
    # what the client makes of `session_not_found`
    assert seen["ended"]["name"] == "AuthSessionMissingError"


def test_refreshes_by_itself(packages: Path) -> None:
    with (
        scratch_folder() as folder,
        Stack(folder / "stack", free_port(), free_port(), is_scratch=True, jwt_expiry=2) as stack,
    ):
        seen = run(packages, "expiry.mjs", stack, DEMO_PASSWORD)
    assert seen["old"] == 403
    assert seen["browser"] is seen["server"] is seen["cookiesChanged"] is True
    assert "TOKEN_REFRESHED" in seen["events"]
