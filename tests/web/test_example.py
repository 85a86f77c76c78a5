"""The Next.js example, walked in Chromium by two people: `make web-test`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.settings import LOCAL_PUBLISHABLE_KEY
from local.addresses import HOST, free_port, is_healthy
from local.keys import DEMO_PASSWORD
from local.processes import Child
from local.server import api_server, api_settings
from local.stack import Stack
from tests.stacks import scratch_folder

pytestmark = pytest.mark.web

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "nextjs"
SCREENSHOTS = EXAMPLE / "test-results"
TOKEN_SECONDS = 20
BUILD_SECONDS = 300
WALK_SECONDS = 300
HOW_TO_GET_CHROMIUM = (
    "There is no Chromium: apt-get install chromium, brew install --cask chromium, "
    "or say where one is with CHROMIUM=…"
)


@dataclass(frozen=True)
class Site:
    """The example, on a separate stack with the demo data."""

    url: str
    data_dir: Path


def node(*command: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a program of the example's, with what it says on the terminal where it fails."""
    return subprocess.run(  # noqa: S603
        command, cwd=EXAMPLE, env=env, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.fail(HOW_TO_GET_CHROMIUM)
    return found


@pytest.fixture(scope="module")
def site(chromium: str) -> Iterator[Site]:
    with scratch_folder() as folder:
        stack = Stack(
            folder / "stack", free_port(), free_port(), is_scratch=True, jwt_expiry=TOKEN_SECONDS
        )
        api_port, web_port = free_port(), free_port()
        with stack:
            stack.migrate()
            stack.seed()
            url = f"http://{HOST}:{web_port}"
            env = {
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "NEXT_TELEMETRY_DISABLED": "1",
                "NEXT_PUBLIC_SUPABASE_URL": stack.url,
                "NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY": LOCAL_PUBLISHABLE_KEY,
                "NEXT_PUBLIC_SESSION_API_URL": f"http://{HOST}:{api_port}",
            }
            api = api_server(
                api_port,
                {"PATH": os.defpath, **api_settings(stack), "CORS_ORIGINS": url},
                folder,
                folder / "api.log",
            )
            built = node("node_modules/.bin/next", "build", env=env)
            assert built.returncode == 0, built.stdout + built.stderr
            web = Child(
                "The example",
                [
                    *(str(shutil.which("node")), "node_modules/next/dist/bin/next", "start"),
                    *("--hostname", HOST, "--port", str(web_port)),
                ],
                env=env,
                is_ready=lambda: is_healthy(web_port, "/sign-in"),
                start_seconds=60,
                folder=EXAMPLE,
                log=folder / "web.log",
            )
            try:
                api.start()
                web.start()
                yield Site(url, folder / "stack")
            finally:
                web.stop()
                api.stop()


def test_types() -> None:
    checked = node("node_modules/.bin/tsc", "--noEmit", env=dict(os.environ))
    assert checked.returncode == 0, checked.stdout


def test_two_people_walk_through_it(site: Site, chromium: str) -> None:
    walked = node(
        "node",
        "tests/walk.mjs",
        env={
            **os.environ,
            "WEB_URL": site.url,
            "CHROMIUM": chromium,
            "PASSWORD": DEMO_PASSWORD,
            "TOKEN_SECONDS": str(TOKEN_SECONDS),
            "SCREENSHOTS": str(SCREENSHOTS),
            "PYTHON": sys.executable,
            "DATA_DIR": str(site.data_dir),
        },
    )
    assert walked.returncode == 0, walked.stdout + walked.stderr
